/** Backends of TensorFlow.js in words of the page. */
export const backendNames: Readonly<Record<string, string>> = { webgpu: 'WebGPU', wasm: 'WebAssembly' };
