import { play } from '../stage.mjs';

await play(import.meta.url);
