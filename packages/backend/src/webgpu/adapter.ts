import type { NativeDevice } from '../native-device.js';

/** What is read of a browser's GPUAdapter; older ones have less. */
export interface Adapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
}

/** The adapter in its own words, and whether it is a GPU or a program that stands for one. */
export function describeAdapter({ info = {}, isFallbackAdapter }: Adapter, peer: string) {
  const adapter = [info.vendor, info.architecture, info.description].filter(Boolean).join(' ') || 'unnamed';
  const software =
    (info.isFallbackAdapter ?? isFallbackAdapter ?? false) || /swiftshader|llvmpipe|lavapipe/i.test(adapter);
  const device: NativeDevice = software ? 'cpu' : 'gpu';
  const detail = `${peer} on ${adapter}${software ? ', a software adapter: right, but slow' : ''}`;
  return { adapter, device, detail };
}
