import { nearestName } from '@prismamba/core';
import { MetricArgumentError } from '../cube.js';
import { gmsrOfficial } from './gmsr-official.js';
import { mstOfficial } from './mst-official.js';
import { ntire2022 } from './ntire2022.js';
import type { Protocol } from './protocol.js';
import { standard } from './standard.js';

/** Every named protocol; `docs/metric-protocols.md` explains them. */
export const protocols = {
  standard,
  'gmsr-official': gmsrOfficial,
  'mst-official': mstOfficial,
  ntire2022,
} as const satisfies Readonly<Record<string, Protocol>>;

export type ProtocolName = keyof typeof protocols;

export const protocolNames = Object.keys(protocols) as readonly ProtocolName[];

/** The protocol of that name; an unknown name is an error that says the nearest one. */
export function getProtocol(name: string): Protocol {
  if (Object.hasOwn(protocols, name)) return protocols[name as ProtocolName];
  throw new MetricArgumentError(
    `getProtocol: unknown protocol '${name}'. Did you mean '${nearestName(name, protocolNames)}'? ` +
      `Known: ${protocolNames.join(', ')}.`,
  );
}
