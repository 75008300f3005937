import { packageConfig } from '../../tsup.base.js';
export default packageConfig({
    entry: { index: 'src/index.ts', internal: 'src/internal.ts', node: 'src/node.ts' },
    // ES modules only: Yarn's Plug'n'Play does not find them for a `require`. THIRD_PARTY_NOTICES.md has their licence.
    noExternal: ['fast-png', 'iobuffer'],
});
