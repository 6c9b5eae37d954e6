import { build, installIfMissing } from './prepare.mjs';

installIfMissing();
build();
