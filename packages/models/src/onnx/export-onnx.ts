import { writeOnnx, type OnnxModel } from '@prismamba/formats/internal';
import type * as tfl from '@tensorflow/tfjs-layers';
import manifest from '../../package.json' with { type: 'json' };
import { INPUT_CHANNELS, OUTPUT_BANDS, outputBands } from '../bands.js';
import type { ModelDefinition } from '../model-definition.js';
import { exportStateDict } from '../state-dict/export-state-dict.js';
import { countParameters, type StateEntry } from '../state-dict/state-entry.js';
import { CONFIG_KEY, MODEL_KEY } from '../state-dict/weights-file.js';
import { formsOfLayer } from '../layers/forms-of-layer.js';
import { GraphBuilder, type OfficialWeight } from './graph-builder.js';

/** A network that cannot be written as ONNX: names the layer, its class and the reason. */
export class OnnxExportError extends Error {
  override readonly name = 'OnnxExportError';
}

/** Name of the graph's input, [batch, 3, height, width], and output, [batch, 31, height, width]. */
export const ONNX_INPUT = 'rgb';
export const ONNX_OUTPUT = 'cube';

/** The official weights of a model by our names. */
async function officialWeights(
  model: tfl.LayersModel,
  entries: readonly StateEntry[],
): Promise<Map<string, OfficialWeight>> {
  const state = await exportStateDict(model, entries);
  const weights = new Map<string, OfficialWeight>();
  for (const { official, ours, kind } of entries) {
    if (ours === undefined || kind === 'alias') continue;
    weights.set(ours, { name: official, array: state.get(official)! });
  }
  return weights;
}

/** Turns every symbolic tensor into nodes, by walking from the output to the input. */
class GraphWalk {
  private readonly names = new Map<number, string>();

  constructor(
    private readonly model: string,
    private readonly graph: GraphBuilder,
  ) {}

  of(tensor: tfl.SymbolicTensor): string {
    const known = this.names.get(tensor.id);
    if (known !== undefined) return known;
    const layer = tensor.sourceLayer;
    const inputs = (tensor.inputs ?? []).map((input) => this.of(input));
    const name = inputs.length === 0 ? ONNX_INPUT : this.convert(layer, tensor, inputs);
    this.names.set(tensor.id, name);
    return name;
  }

  private convert(layer: tfl.layers.Layer, tensor: tfl.SymbolicTensor, inputs: readonly string[]): string {
    const onnx = formsOfLayer(layer)?.onnx;
    if (typeof onnx !== 'function') {
      throw new OnnxExportError(
        `exportOnnx: model '${this.model}': no ONNX form of layer class '${layer.getClassName()}' (layer ` +
          `'${layer.name}'); export safetensors or tfjs instead`,
      );
    }
    this.graph.enter(layer.name);
    return onnx({
      graph: this.graph,
      name: layer.name,
      config: layer.getConfig(),
      inputs,
      x: inputs[0]!,
      inputShape: tensor.inputs[0]!.shape,
      output: tensor.outputTensorIndex ?? 0,
    });
  }
}

/** @throws at the first layer whose class refuses, before any node is written. */
function checkRefusals(model: tfl.LayersModel): void {
  for (const layer of model.layers) {
    const onnx = formsOfLayer(layer)?.onnx;
    if (onnx === undefined || typeof onnx === 'function') continue;
    throw new OnnxExportError(
      `exportOnnx: model '${model.name}' has ${onnx.what} (layer '${layer.name}' of class ` +
        `'${layer.getClassName()}'): ${onnx.reason}; export safetensors or tfjs instead`,
    );
  }
}

export interface ExportOnnxOptions {
  /**
   * Operator set of the file: 17, where selective scans are the operator `Scan` (runs everywhere), or 27, where they are `LinearAttention` in
   * its gated form. onnxruntime 1.30 takes 27 where its environment says ALLOW_RELEASED_ONNX_OPSET_ONLY=0.
   */
  readonly opset?: 17 | 27;
}

/** The ONNX model of {@link exportOnnx} before it is written. */
export async function onnxModel<Config extends object>(
  model: tfl.LayersModel,
  definition: ModelDefinition<Config>,
  config: Config,
  { opset = 17 }: ExportOnnxOptions = {},
): Promise<OnnxModel> {
  checkRefusals(model);
  const entries = definition.stateDict(config);
  const graph = new GraphBuilder(await officialWeights(model, entries), opset);
  graph.reserve(ONNX_INPUT);
  graph.reserve(ONNX_OUTPUT);
  graph.output('Identity', new GraphWalk(definition.key, graph).of(model.outputs[0]!), ONNX_OUTPUT);
  const value = (name: string, channels: number) => ({
    name,
    dtype: 'float32' as const,
    shape: ['batch', channels, 'height', 'width'],
  });
  const { sizeMultiple = 1, minimumSize = 1 } = definition.traits ?? {};
  const bands = outputBands(model);
  const which = bands === OUTPUT_BANDS ? '31 bands, 400 to 700 nm every 10 nm' : `${bands} bands`;
  return {
    opset,
    graph: {
      name: definition.key,
      nodes: graph.nodes,
      inputs: [value(ONNX_INPUT, INPUT_CHANNELS)],
      outputs: [value(ONNX_OUTPUT, bands)],
      initializers: graph.initializers,
    },
    description:
      `${definition.title}: ${definition.paper.title}. RGB in [0, 1] to ${which}.` +
      (sizeMultiple > 1 ? ` Height and width: multiples of ${sizeMultiple}.` : ''),
    metadata: {
      [MODEL_KEY]: definition.key,
      [CONFIG_KEY]: JSON.stringify(config),
      'prismamba.parameters': String(countParameters(entries)),
      'prismamba.version': manifest.version,
      'prismamba.minimum_size': String(minimumSize),
      'prismamba.size_multiple': String(sizeMultiple),
    },
  };
}

/**
 * A model as an ONNX file, operator set 17 or 27. Input `rgb` [batch, 3, height, width], output `cube`
 * [batch, bands, height, width], float32, sizes free (what the network itself asks of them stays: see `ModelTraits`).
 * Initializers have the official names and layouts; parameters that nothing reads are left out. The metadata names
 * model, configuration, parameter count and our version.
 *
 * AWAN holds the whole attention of a quadrant here, 4 (HW/4)^2 bytes: give it tiles.
 *
 * Selective scans are the operator `Scan`, one step a pixel and all directions at once, or with 27 `LinearAttention`.
 *
 * @throws {OnnxExportError} for a layer class that has no ONNX form, or that says why it has none.
 */
export async function exportOnnx<Config extends object>(
  model: tfl.LayersModel,
  definition: ModelDefinition<Config>,
  config: Config,
  options: ExportOnnxOptions = {},
): Promise<Uint8Array> {
  return writeOnnx(await onnxModel(model, definition, config, options));
}
