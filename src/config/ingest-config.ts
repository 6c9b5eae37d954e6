import { resolve } from 'node:path';
import type { AwsConfig, IngestConfig, PipelineConfig } from './config.js';
import { ConfigError } from './config-error.js';
import type { IngestSection, PipelineSection } from './sections.js';

const payloadBytesMaxDefault = 6 * 1024 * 1024;
const uploadsMaxDefault = 256;
/** A phone in a tunnel is faster. */
const uploadBytesPerSecondMinDefault = 1_024;

type Aws = Pick<AwsConfig, 's3' | 'dynamodb'>;

/** The pipeline `default` is there without being named. */
export function ingestConfig({ uploadsMax, uploadBytesPerSecondMin, pipelines = {} }: IngestSection, aws: Aws): IngestConfig {
  refuseShared(pipelines);
  return {
    uploadsMax: uploadsMax ?? uploadsMaxDefault,
    uploadBytesPerSecondMin: uploadBytesPerSecondMin ?? uploadBytesPerSecondMinDefault,
    pipelines: Object.entries({ default: {}, ...pipelines }).map(([name, section]) => ({
      ...pipelineConfig(name, section, aws),
      declared: Object.hasOwn(pipelines, name),
    })),
  };
}

/** Each pipeline tidies up in its own folders: what two of them share, one would remove under the hands of the other. */
function refuseShared(pipelines: Readonly<Record<string, PipelineSection>>): void {
  const names = Object.keys({ default: {}, ...pipelines });
  for (const [name, other] of pairsOf(names, (known) => known)) {
    throw new ConfigError(
      `ingest.pipelines.${name} and ${other} differ in case only, which not all disks tell apart: name one of them otherwise`,
    );
  }
  const named = Object.entries(pipelines).filter(([, { archive }]) => archive?.folder !== undefined);
  for (const [[name], [other]] of pairsOf(named, ([, { archive }]) => resolve(archive?.folder ?? ''))) {
    throw new ConfigError(`ingest.pipelines.${name}.archive.folder is that of ${other} too: give each pipeline a folder of its own`);
  }
}

/** Those whose texts are alike on a disk that does not know case. */
function pairsOf<T>(items: readonly T[], textOf: (item: T) => string): readonly (readonly [T, T])[] {
  return items.flatMap((item, at) => {
    const other = items.slice(0, at).find((one) => textOf(one).toLowerCase() === textOf(item).toLowerCase());
    return other === undefined ? [] : [[item, other] as const];
  });
}

function pipelineConfig(name: string, section: PipelineSection, aws: Aws): Omit<PipelineConfig, 'declared'> {
  const { schema, payloadBytesMax, references, keepRefusals, archive, metadata, workflow } = section;
  const refuse = (member: string, problem: string): never => {
    throw new ConfigError(`ingest.pipelines.${name}.${member} ${problem}`);
  };
  if (archive !== undefined && (archive.folder === undefined) === (archive.bucket === undefined)) {
    refuse('archive', 'must have either a folder or a bucket');
  }
  if (archive?.bucket !== undefined && aws.s3 === undefined) refuse('archive.bucket', 'needs aws.s3: where the bucket is');
  if (metadata !== undefined && aws.dynamodb === undefined) refuse('metadata.table', 'needs aws.dynamodb: where the table is');
  return {
    name,
    schema: structuredClone(schema),
    payloadBytesMax: payloadBytesMax ?? payloadBytesMaxDefault,
    references: { mode: references?.mode ?? 'refuse', hosts: [...(references?.hosts ?? [])] },
    keepRefusals: keepRefusals ?? false,
    archive: archive && archiveConfig(archive),
    metadata: metadata && { table: metadata.table, attributes: { ...attributesDefault, ...given(metadata.attributes) } },
    workflow: workflow && resolve(workflow),
  };
}

/** As AWS's sample pipeline has them, spelt so. */
const attributesDefault = { id: 'transcationID', timestamp: 'timestampValue', metaData: 'metaData' };

function archiveConfig({ folder, bucket }: NonNullable<PipelineSection['archive']>): PipelineConfig['archive'] {
  if (folder !== undefined) return { kind: 'folder', path: resolve(folder) };
  return bucket === undefined ? undefined : { kind: 'bucket', name: bucket };
}

/** Members that are undefined are not there. */
function given<T extends object>(members: T | undefined): Partial<{ [name in keyof T]: NonNullable<T[name]> }> {
  return Object.fromEntries(Object.entries(members ?? {}).filter(([, value]) => value !== undefined)) as Partial<{
    [name in keyof T]: NonNullable<T[name]>;
  }>;
}
