import { startBackend } from '@prismamba/backend';
import { free, registerLayer } from '@prismamba/core/layer';
import type { OnnxGraph, OnnxModel, OnnxNode } from '@prismamba/formats/internal';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { disposeModel } from '../dispose-model.js';
import type { ModelDefinition } from '../model-definition.js';
import { getModel, listModels } from '../registry.js';
import { exportOnnx, onnxModel } from './export-onnx.js';

// That the numbers are right is shown with onnxruntime: apps/benchmarks/src/onnx-export.slow.test.ts.

beforeAll(() => startBackend('cpu'));

async function exported(key: string, options: object = getModel(key).small): Promise<OnnxModel> {
  const definition = getModel(key);
  const config = definition.config.parse(options);
  const model = definition.build(config, { seed: 1 });
  try {
    return await onnxModel(model, definition, config);
  } finally {
    disposeModel(model);
  }
}

const count = (nodes: readonly OnnxNode[], opType: string) =>
  nodes.filter((node) => node.opType === opType).length;

const networks = listModels();

describe.each(networks)('ONNX graph of %s', (key) => {
  it('is in order, closed, free in its sizes, and holds every used weight under its official name', async () => {
    const definition = getModel(key);
    const config = definition.config.parse(definition.small);
    const { graph, metadata } = await exported(key);
    expect(graph.inputs).toEqual([{ name: 'rgb', dtype: 'float32', shape: ['batch', 3, 'height', 'width'] }]);
    expect(graph.outputs).toEqual([
      { name: 'cube', dtype: 'float32', shape: ['batch', 31, 'height', 'width'] },
    ]);
    const initializers = new Map(graph.initializers);
    const known = new Set(['rgb', ...initializers.keys()]);
    for (const node of graph.nodes) {
      for (const input of node.inputs) expect(known.has(input), `${input} of ${node.name}`).toBe(true);
      for (const output of node.outputs) {
        expect(known.has(output), `${output} twice`).toBe(false);
        known.add(output);
      }
    }
    expect(known.has('cube')).toBe(true);
    for (const { official, shape, kind, ours } of definition.stateDict(config)) {
      const used = (kind === 'parameter' || kind === 'buffer') && ours !== undefined;
      expect(initializers.get(official)?.shape, official).toEqual(used ? shape : undefined);
    }
    expect(metadata).toMatchObject({
      'prismamba.model': key,
      'prismamba.config': JSON.stringify(config),
      'prismamba.version': expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    });
  });
});

describe('exportOnnx', () => {
  it('pads with what is missing to the multiple, and crops back', async () => {
    const { graph } = await exported('mst-plus-plus');
    expect(count(graph.nodes, 'Mod')).toBe(2);
    const pad = graph.nodes.find((node) => node.opType === 'Pad')!;
    expect(pad.attributes).toEqual({ mode: 'reflect' });
    expect(count(graph.nodes, 'LayerNormalization')).toBe(3);
  });

  it("writes the merged form of repcpsi: one 3x3 convolution a stage, none of the training form's", async () => {
    const training = await exported('repcpsi');
    const deploy = await exported('repcpsi', { ...getModel('repcpsi').small, deploy: true });
    const gates = 2 * 2;
    expect(count(training.graph.nodes, 'Conv')).toBe(2 + 2 * 2 * 4 + gates);
    expect(count(deploy.graph.nodes, 'Conv')).toBe(2 + 2 * 2 + gates);
  });

  it('keeps the slot of a shared layer once', async () => {
    const { graph } = await exported('agd-net', { stages: 3 });
    const uses = graph.nodes.filter((node) => node.inputs.includes('degradation.conv.weight'));
    expect(uses).toHaveLength(2);
  });

  it('writes GMSR-Net without its scan: gradient statistics once an attention, the shared 7x7 kernel once', async () => {
    const { graph } = await exported('gmsr-net', { widths: [4, 31], mixer: 'none' });
    expect(count(graph.nodes, 'ReduceMin')).toBe(2 * 2);
    const uses = graph.nodes.filter((node) => node.inputs.includes('spatial_attention.conv1.weight'));
    expect(uses).toHaveLength(2);
    const spatialOnly = await exported('gmsr-net', {
      widths: [31],
      mixer: 'none',
      spectral_attention: false,
    });
    expect(count(spatialOnly.graph.nodes, 'ReduceMin')).toBe(1);
  });

  it.each([
    ['gmsr-net', 2], // a block each
    ['m3sr', 3 * 3], // encoder, bottleneck and decoder, three branches each
  ] as const)('writes the scans of %s: a body of its own each, closed over the graph', async (key, count) => {
    const { graph } = await exported(key);
    const scans = graph.nodes.filter((node) => node.opType === 'Scan');
    expect(scans).toHaveLength(count);
    const known = new Set([...graph.initializers!.keys(), ...graph.nodes.flatMap((node) => node.outputs)]);
    for (const { attributes, inputs } of scans) {
      expect(attributes!['num_scan_inputs']).toBe(4);
      const body = attributes!['body'] as OnnxGraph;
      expect(body.inputs).toHaveLength(inputs.length);
      const inside = new Set([...known, ...body.inputs.map(({ name }) => name)]);
      for (const node of body.nodes) {
        for (const input of node.inputs) expect(inside.has(input), input).toBe(true);
        for (const output of node.outputs) inside.add(output);
      }
      for (const { name } of body.outputs) expect(inside.has(name), name).toBe(true);
    }
  });

  it('says what a layer says that refuses', async () => {
    class Sequences extends tfl.layers.Layer {
      static readonly className = 'ExportOnnxSequences';
      override call(inputs: tf.Tensor[]): tf.Tensor {
        return inputs[0]!;
      }
    }
    registerLayer(Sequences, { cost: free, onnx: { what: 'a sequence', reason: 'everything is a map' } });
    const definition: ModelDefinition = {
      ...getModel('mean-spectrum'),
      stateDict: () => [],
      build: () => {
        const rgb = tfl.input({ shape: [null, null, 3] });
        const y = new Sequences({ name: 'words' }).apply(rgb);
        return tfl.model({ name: 'refused', inputs: rgb, outputs: y as tfl.SymbolicTensor });
      },
    };
    const model = definition.build({}, { seed: 1 });
    await expect(exportOnnx(model, definition, {})).rejects.toThrow(
      "exportOnnx: model 'refused' has a sequence (layer 'words' of class 'ExportOnnxSequences'): everything is a map; " +
        'export safetensors or tfjs instead',
    );
    disposeModel(model);
  });

  it('names a layer class that has no converter', async () => {
    const definition: ModelDefinition = {
      ...getModel('mean-spectrum'),
      key: 'cropped',
      stateDict: () => [],
      build: () => {
        const rgb = tfl.input({ shape: [null, null, 3] });
        const y = tfl.layers.cropping2D({ name: 'cut', cropping: [[1, 1], [1, 1]] }).apply(rgb); // prettier-ignore
        return tfl.model({ inputs: rgb, outputs: y as tfl.SymbolicTensor });
      },
    };
    const model = definition.build({}, { seed: 1 });
    await expect(exportOnnx(model, definition, {})).rejects.toThrow(
      "exportOnnx: model 'cropped': no ONNX form of layer class 'Cropping2D' (layer 'cut')",
    );
    disposeModel(model);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await exported('edsr');
    expect(tf.memory().numTensors).toBe(before);
  });
});
