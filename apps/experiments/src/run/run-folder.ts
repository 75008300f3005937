import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileError, makeFolder as makeFolders, writeFileAtomic } from '@prismamba/formats/node';
import { nonFiniteAsWord } from './scores-file.js';
import { UserError } from '../user-error.js';

/** The folder of one run; every file in it is written whole or not at all. */
export interface RunFolder {
  readonly path: string;
  file(name: string): string;
  /** The path of a folder in it, which is made where it does not exist. */
  makeFolder(name: string): string;
  /** @throws UserError where somebody has deleted the folder, into which a write would put a part of a run. */
  requireThere(): void;
  /** The text of a file, or undefined where there is none. */
  readText(name: string): string | undefined;
  writeText(name: string, text: string): void;
  writeJson(name: string, value: unknown): void;
  writeBytes(name: string, bytes: Uint8Array): void;
}

/** `2026-11-21T14-03-09`, in UTC: sorts by time and is a file name everywhere. */
export function timeStamp(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(':', '-');
}

/**
 * Makes a folder of this moment's name. Another run may have begun in the same second, and a clock that was set back may come
 * by an earlier run: then the name gets a number.
 */
export function makeFreshFolder(inside: string, now = new Date()): string {
  makeFolder(inside);
  const path = join(inside, timeStamp(now));
  for (let i = 1; ; i++) {
    const free = i === 1 ? path : `${path}-${i}`;
    try {
      mkdirSync(free);
      return free;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      makeFolder(free); // says why not
      return free;
    }
  }
}

function makeFolder(path: string): void {
  try {
    makeFolders(path);
  } catch (error) {
    throw error instanceof FileError ? new UserError(`run: ${error.message} with --out DIR`) : error;
  }
}

/** Opens a folder for a run and makes sure that it can be written, before any work is done. */
export function openRunFolder(path: string): RunFolder {
  makeFolder(path);
  const write = (name: string, bytes: Uint8Array) => {
    try {
      writeFileAtomic(join(path, name), bytes);
    } catch (error) {
      if (error instanceof FileError) throw new UserError(error.message);
      throw error;
    }
  };
  makeFolder(join(path, 'figures'));
  return {
    path,
    file: (name) => join(path, name),
    requireThere: () => {
      if (existsSync(path)) return;
      throw new UserError(
        `the run folder '${path}' was deleted while the run was in work; nothing of it is left`,
      );
    },
    makeFolder: (name) => {
      makeFolder(join(path, name));
      return join(path, name);
    },
    readText: (name) => (existsSync(join(path, name)) ? readFileSync(join(path, name), 'utf8') : undefined),
    writeBytes: write,
    writeText: (name, text) => write(name, new TextEncoder().encode(text)),
    writeJson: (name, value) =>
      write(name, new TextEncoder().encode(`${JSON.stringify(value, nonFiniteAsWord, 2)}\n`)),
  };
}
