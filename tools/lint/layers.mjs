/**
 * The import rule (who may import whom) as data. `allowed` are layers; `note` is the reason that the lint
 * message gives, `remedy` what to do instead.
 */
export const layers = {
  core: {
    allowed: [],
    note: 'core stands on nothing',
    remedy: 'move the code that needs more to the package that needs it',
  },
  formats: {
    allowed: ['core'],
    note: 'formats is bytes in, arrays out',
    remedy: 'move the code that needs more to the package that needs it',
  },
  backend: {
    allowed: ['core'],
    note: 'the backend serves operators and knows none of them',
    remedy: 'pass what is needed in as an argument',
  },
  measure: {
    allowed: ['core'],
    note: 'people install the metrics alone',
    remedy: 'take plain arrays as arguments',
  },
  data: {
    allowed: ['core', 'formats'],
    note: 'data never sees operators, models or training',
    remedy: 'return plain arrays and let the caller make tensors',
  },
  ops: {
    allowed: ['core'],
    backendFiles: /\.(wasm|webgpu|native|simd|as)\.ts$/,
    note: 'operators run on any TensorFlow.js backend; only *.wasm.ts, *.webgpu.ts, *.native.ts, *.simd.ts and *.as.ts know one',
    remedy: 'put the backend-specific launcher into a *.wasm.ts or *.webgpu.ts file',
  },
  models: {
    allowed: ['core', 'formats', 'ops'],
    note: 'models never see data, training or a backend',
    remedy: 'take what is needed as a configuration value, or move the code to apps/experiments',
  },
  'weights-files': {
    allowed: [],
    note: 'files of weights are bytes, and nothing else',
    remedy: 'put the code that reads them into @prismamba/weights',
  },
  weights: {
    allowed: ['core', 'formats', 'models'],
    note: 'shipped weights know the models that they fit, and nothing that made them',
    remedy: 'write what made them into the card, or move the code to apps/experiments',
  },
  training: {
    allowed: ['core', 'formats', 'data', 'measure'],
    note: "the trainer takes a Model and never sees a model's file",
    remedy: 'accept the structural Model interface, and let apps/experiments put the parts together',
  },
  parity: {
    allowed: ['core', 'formats', 'ops', 'models', 'training'],
    note: 'parity compares models and training steps with official numbers',
    remedy: 'let apps/experiments start the backend and print the result',
  },
  app: {
    allowed: [
      'core',
      'formats',
      'backend',
      'measure',
      'data',
      'ops',
      'models',
      'weights-files',
      'weights',
      'training',
      'parity',
      'app',
    ],
    note: 'apps see everything',
    remedy: '',
  },
  testing: {
    allowed: ['core', 'formats', 'backend'],
    note: 'test helpers serve every package',
    remedy: 'keep the helper in the tests of the package that needs it',
  },
};

/** Which package lives on which layer (the `prismamba.layer` of its package.json). */
export const packageLayers = {
  core: 'core',
  formats: 'formats',
  backend: 'backend',
  metrics: 'measure',
  datasets: 'data',
  'ssm-core': 'ops',
  'spectral-attention': 'ops',
  models: 'models',
  weights: 'weights',
  'weights-large': 'weights-files',
  parity: 'parity',
  trainer: 'training',
  testing: 'testing',
  experiments: 'app',
  benchmarks: 'app',
  prismamba: 'app',
  viewer: 'app',
};
