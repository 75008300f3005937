import tseslint from 'typescript-eslint';
import { browserRule } from './tools/lint/browser-rule.mjs';

const NODE_GLOBALS = [
  ...['AbortController', 'AbortSignal', 'Blob', 'Buffer', 'URL', 'TextDecoder', 'TextEncoder', 'WebAssembly'],
  ...['atob', 'btoa', 'clearInterval', 'clearTimeout', 'console', 'fetch', 'globalThis', 'performance'],
  ...['process', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', 'structuredClone'],
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/generated/**',
      '**/node_modules/**',
      '**/*.as.ts',
      'runs/**',
      'packages/testing/{golden,fixtures}/**',
      '**/*.d.mts',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    // One program over the whole workspace: with a project per package, every one would read the others' sources again.
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { house: { rules: { 'browser-safe': browserRule } } },
    rules: {
      'house/browser-safe': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.property.name='registerClass']",
          message:
            "a layer is registered with registerLayer of '@prismamba/core/layer', which wants its cost and ONNX form too",
        },
      ],
      eqeqeq: 'error',
    },
  },
  {
    // Its one job is a word on the console: an operator that runs without its kernels says so once, as do two copies of TensorFlow.js.
    files: [
      'packages/core/src/operator/warn-of-missing-kernels.ts',
      'packages/core/src/operator/one-tensorflow.ts',
    ],
    rules: { 'no-console': ['error', { allow: ['warn'] }] },
  },
  {
    // Scripts of this repository, in plain JavaScript for Node.
    files: ['**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, 'readonly'])) },
    rules: {
      'no-undef': 'error',
      'no-unreachable': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  { files: ['packages/core/src/layer/register-layer.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['apps/**/*.{ts,tsx}', 'tools/**/*.ts'], rules: { 'no-console': 'off' } },
);
