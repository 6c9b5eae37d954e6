import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJsonObject } from '../base/json-object.js';
import type { PipelineConfig, Storage } from '../config/config.js';
import type { PipelineSettings } from '../services/ingest/pipeline.js';

/** Where payloads are until they are archived. */
export interface SpoolFolder {
  readonly path: string;
  /** Where they go then, unless the configuration says otherwise. */
  readonly archiveFolder: string;
  /** Whether it is to outlive the machine's failing. */
  readonly durable: boolean;
  /** Removes what is not to be kept. */
  close(): Promise<void>;
}

/** Below the data folder; without one, in a folder for temporary files that goes with the broker. */
export function spoolFolder(storage: Storage): SpoolFolder {
  if (storage.kind === 'folder') {
    const [path, archiveFolder] = [join(storage.path, 'spool'), join(storage.path, 'archive')];
    return { path, archiveFolder, durable: storage.durability === 'strict', close: async () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-ingest-'));
  const close = () => rm(folder, { recursive: true, force: true });
  return { path: join(folder, 'spool'), archiveFolder: join(folder, 'archive'), durable: false, close };
}

/** With the schemas that are in files. */
export function pipelineSettings(pipelines: readonly PipelineConfig[]): Promise<readonly PipelineSettings[]> {
  return Promise.all(pipelines.map(async (pipeline) => ({ ...pipeline, schema: await schemaOf(pipeline) })));
}

async function schemaOf({ name, schema }: PipelineConfig): Promise<PipelineSettings['schema']> {
  if (typeof schema !== 'string') return schema;
  const text = await readFile(schema, 'utf8').catch((fault: Error) => {
    throw new Error(`the schema of the pipeline ${name} cannot be read: ${fault.message}`);
  });
  const parsed = parseJsonObject(text);
  if (parsed === undefined) throw new Error(`the schema of the pipeline ${name} is no JSON object: ${schema}`);
  return parsed;
}
