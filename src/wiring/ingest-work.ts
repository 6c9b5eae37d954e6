import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Config, PipelineConfig } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import type { Documents } from '../engine/documents.js';
import { FolderStore } from '../services/ingest/archive/folder-store.js';
import type { ObjectStore } from '../services/ingest/archive/object-store.js';
import { S3Store } from '../services/ingest/archive/s3-store.js';
import { DynamoDbMetadataStore } from '../services/ingest/metadata/dynamodb-metadata-store.js';
import { DocumentMetadataStore, type MetadataStore } from '../services/ingest/metadata/metadata-store.js';
import { ownDefinition } from '../services/ingest/workflow/definition.js';
import { pipelineResource } from '../services/ingest/workflow/names.js';
import type { Stores } from '../services/ingest/workflow/stores.js';
import { createDynamoDbClient, createS3Client } from './aws-clients.js';

/** Where the records of each pipeline go, and what becomes of them, as the configuration says. */
export interface IngestWork {
  readonly stores: Stores;
  readonly definitionOf: (pipeline: string) => string;
  close(): Promise<void>;
}

export interface IngestWorkParts {
  readonly config: Pick<Config, 'ingest' | 'aws'>;
  readonly documents: Documents;
  /** Where payloads go that nothing else is said of. */
  readonly archiveFolder: string;
}

/** Throws a `ConfigError` for a workflow that cannot be read. */
export function ingestWork({ config: { ingest, aws }, documents, archiveFolder }: IngestWorkParts): IngestWork {
  const s3 = lazy(async () => createS3Client(needed(aws.s3)));
  const dynamodb = lazy(async () => createDynamoDbClient(needed(aws.dynamodb)));
  const archives = new Map(ingest.pipelines.map((pipeline) => [pipeline.name, archiveOf(pipeline, archiveFolder, s3.get)]));
  const metadata = new Map(ingest.pipelines.map((pipeline) => [pipeline.name, metadataOf(pipeline, documents, dynamodb.get)]));
  const definitions = new Map(ingest.pipelines.map((pipeline) => [pipeline.name, definitionOf(pipeline)]));
  return {
    stores: { archiveOf: (pipeline) => archives.get(pipeline), metadataOf: (pipeline) => metadata.get(pipeline) },
    definitionOf: (pipeline) => definitions.get(pipeline) ?? ownDefinition,
    close: async () => {
      (await s3.made())?.destroy();
      (await dynamodb.made())?.destroy();
    },
  };
}

function archiveOf({ name, archive }: PipelineConfig, folder: string, client: () => Promise<S3Client>): ObjectStore {
  if (archive?.kind === 'bucket') return new S3Store(client, archive.name);
  return new FolderStore({ folder: archive?.path ?? join(folder, name), bucket: pipelineResource(name) });
}

function metadataOf({ name, metadata }: PipelineConfig, documents: Documents, client: () => Promise<DynamoDBClient>): MetadataStore {
  if (metadata !== undefined) return new DynamoDbMetadataStore(client, metadata.table, metadata.attributes);
  return new DocumentMetadataStore(documents, `${pipelineResource(name)}-metadata`);
}

function definitionOf({ name, workflow }: PipelineConfig): string {
  if (workflow === undefined) return ownDefinition;
  try {
    return readFileSync(workflow, 'utf8');
  } catch (fault) {
    throw new ConfigError(`ingest.pipelines.${name}.workflow is ${JSON.stringify(workflow)}: it cannot be read: ${fault}`);
  }
}

interface Lazy<T> {
  readonly get: () => Promise<T>;
  /** Undefined when nobody has asked for it. */
  readonly made: () => Promise<T | undefined>;
}

function lazy<T>(make: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | undefined;
  return {
    get: () => {
      made ??= make();
      return made;
    },
    made: async () => made,
  };
}

/** The configuration is not resolved without it. */
function needed<T>(endpoint: T | undefined): T {
  if (endpoint === undefined) throw new Error('the endpoint is not configured');
  return endpoint;
}
