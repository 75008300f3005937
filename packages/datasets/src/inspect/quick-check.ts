import { DatasetError } from '../dataset-error.js';
import type { Region, SceneHandle, SceneSource } from '../scene.js';
import { inspectCube, joinFacts, refuseBad, remarksOn, type Remark } from './inspect-cube.js';

/** Most scenes that are looked at, by whether parts of them can be read. */
const mostScenes = { parts: 64, whole: 8 };
/** Side of the regions that are looked at, in pixels. */
const side = 32;

/**
 * Looks into some scenes, spread over `ids`, before a long run uses them all: five regions each (corners and centre) where
 * regions can be read, else whole scenes. `checkDataset` reads everything.
 *
 * @returns what is odd: for each kind the first scene and how many more
 * @throws DatasetError for the first scene that cannot be used: NaN, infinite values, a constant, mostly zeros
 */
export async function quickCheck(source: SceneSource, ids: readonly string[]): Promise<readonly string[]> {
  const most = source.regionReads ? mostScenes.parts : mostScenes.whole;
  const step = Math.max(1, ids.length / most);
  const found = new Map<Remark['kind'], { id: string; text: string; others: number }>();
  for (let i = 0; i < Math.min(ids.length, most); i++) {
    const id = ids[Math.floor(i * step)]!;
    const handle = source.scenes.find((scene) => scene.id === id);
    if (handle === undefined) throw new DatasetError(`quickCheck: ${source.name} has no scene '${id}'`);
    const parts = [];
    for (const region of source.regionReads ? cornersAndCentre(handle) : [undefined]) {
      const scene = await (region === undefined ? source.load(id) : source.readRegion(id, region));
      parts.push(inspectCube(scene, region));
    }
    const facts = joinFacts(parts);
    refuseBad(facts, `${source.name}: scene '${id}'`);
    for (const { kind, text } of remarksOn(facts, handle, source.unitRange)) {
      const known = found.get(kind);
      if (known === undefined) found.set(kind, { id, text, others: 0 });
      else known.others++;
    }
  }
  return [...found.values()].map(
    ({ id, text, others }) => `scene '${id}'${others > 0 ? ` and ${others} more` : ''}: ${text}`,
  );
}

function cornersAndCentre({ height: sceneHeight, width: sceneWidth }: SceneHandle): Region[] {
  const height = Math.min(side, sceneHeight);
  const width = Math.min(side, sceneWidth);
  const [bottom, right] = [sceneHeight - height, sceneWidth - width];
  const places = [
    [0, 0],
    [0, right],
    [bottom, 0],
    [bottom, right],
    [Math.floor(bottom / 2), Math.floor(right / 2)],
  ] as const;
  const different = new Map(
    places.map(([row, column]) => [`${row} ${column}`, { row, column, height, width }]),
  );
  return [...different.values()];
}
