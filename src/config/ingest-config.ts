import type { IngestConfig, PipelineConfig } from './config.js';
import type { IngestSection, PipelineSection } from './sections.js';

const payloadBytesMaxDefault = 6 * 1024 * 1024;
const uploadsMaxDefault = 256;
/** A phone in a tunnel is faster. */
const uploadBytesPerSecondMinDefault = 1_024;

/** The pipeline `default` is there without being named. */
export function ingestConfig({ uploadsMax, uploadBytesPerSecondMin, pipelines = {} }: IngestSection): IngestConfig {
  return {
    uploadsMax: uploadsMax ?? uploadsMaxDefault,
    uploadBytesPerSecondMin: uploadBytesPerSecondMin ?? uploadBytesPerSecondMinDefault,
    pipelines: Object.entries({ default: {}, ...pipelines }).map(([name, section]) => pipelineConfig(name, section)),
  };
}

function pipelineConfig(name: string, { schema, payloadBytesMax, references, keepRefusals }: PipelineSection): PipelineConfig {
  return {
    name,
    schema: structuredClone(schema),
    payloadBytesMax: payloadBytesMax ?? payloadBytesMaxDefault,
    references: { mode: references?.mode ?? 'refuse', hosts: [...(references?.hosts ?? [])] },
    keepRefusals: keepRefusals ?? false,
  };
}
