import { DatasetError } from '../dataset-error.js';
import { findScene, sceneBytes, type Region, type Scene, type SceneSource } from '../scene.js';

/** Default limit of the cache: 2 GB. */
export const defaultCacheBytes = 2e9;

interface Entry {
  readonly bytes: number;
  readonly scene: Promise<Scene>;
  settled: boolean;
}

/**
 * Whole scenes in memory, at most `limitBytes` of them together, scenes being read included. A scene that is read
 * twice at once is read once. What happens when there is no room:
 *
 * - the source can read regions: the region is read alone and nothing is evicted (with a global shuffle every scene is
 *   as likely to be wanted next as any other, so the scenes in memory are as good as those that would replace them);
 * - it cannot: the scene that was not wanted for longest leaves; a read waits until there is room for it. A scene
 *   larger than the whole limit is read, used and dropped, one at a time.
 */
export class SceneCache {
  private readonly entries = new Map<string, Entry>();
  private used = 0;
  private peak = 0;
  private waiting: (() => void)[] = [];
  private oversized: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: SceneSource,
    readonly limitBytes: number = defaultCacheBytes,
  ) {
    if (!(limitBytes >= 0)) throw new DatasetError(`SceneCache: limitBytes must be >= 0, got ${limitBytes}`);
  }

  /** Bytes of the scenes held and being read; never above the limit. */
  get usedBytes(): number {
    return this.used;
  }

  /** The most that `usedBytes` has been. */
  get peakBytes(): number {
    return this.peak;
  }

  /** Calls `use` with a scene or with the region of it, whichever memory allows. */
  async withRegion<T>(
    id: string,
    region: Region,
    use: (part: Scene, offset: { row: number; column: number }) => T,
  ): Promise<T> {
    const bytes = sceneBytes(findScene(this.source, id));
    const inside = { row: region.row, column: region.column };
    const known = this.touch(id);
    if (known !== undefined) return use(await known.scene, inside);
    if (this.used + bytes > this.limitBytes) {
      if (this.source.regionReads)
        return use(await this.source.readRegion(id, region), { row: 0, column: 0 });
      if (bytes > this.limitBytes) return use(await this.loadOversized(id), inside);
    }
    while (!this.makeRoom(bytes)) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      const other = this.touch(id);
      if (other !== undefined) return use(await other.scene, inside);
    }
    return use(await this.start(id, bytes).scene, inside);
  }

  private touch(id: string): Entry | undefined {
    const entry = this.entries.get(id);
    if (entry !== undefined) {
      // A Map keeps insertion order: the first key is the one not wanted for longest.
      this.entries.delete(id);
      this.entries.set(id, entry);
    }
    return entry;
  }

  private makeRoom(bytes: number): boolean {
    for (const [id, entry] of this.entries) {
      if (this.used + bytes <= this.limitBytes) break;
      if (entry.settled) this.drop(id, entry);
    }
    return this.used + bytes <= this.limitBytes;
  }

  private drop(id: string, entry: Entry): void {
    this.entries.delete(id);
    this.used -= entry.bytes;
  }

  private start(id: string, bytes: number): Entry {
    this.used += bytes;
    this.peak = Math.max(this.peak, this.used);
    const entry: Entry = { bytes, scene: this.source.load(id), settled: false };
    this.entries.set(id, entry);
    const wake = () => {
      entry.settled = true;
      const waiters = this.waiting;
      this.waiting = [];
      for (const resolve of waiters) resolve();
    };
    entry.scene.then(wake, () => {
      this.drop(id, entry); // a failed read is tried again the next time
      wake();
    });
    return entry;
  }

  private loadOversized(id: string): Promise<Scene> {
    const scene = this.oversized.then(() => this.source.load(id));
    this.oversized = scene.catch(() => undefined);
    return scene;
  }
}
