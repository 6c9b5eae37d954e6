import { engineSuite } from './engine-suite.js';
import { storeCases } from './stores.js';

for (const [name, make] of storeCases) engineSuite(name, make);
