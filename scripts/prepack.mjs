import { buildIfStale, installIfMissing } from './prepare.mjs';

installIfMissing();
buildIfStale();
