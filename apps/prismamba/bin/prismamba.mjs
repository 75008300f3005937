#!/usr/bin/env node
// The command line itself is @prismamba/experiments: this package is its name for `npx prismamba`.
import '@prismamba/experiments/bin/prismamba.mjs';
