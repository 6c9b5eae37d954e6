import type { MessageId } from '../../base/ids.js';
import { carriedBelow, placeOfTraceHeader, type SpanPlace, type TraceCarrier } from '../../base/trace-context.js';
import type { Span, SpanStart, Tracer } from '../../base/tracer.js';
import type { Subscription, Topic } from '../../engine/topics/topics.js';
import type { AttemptReport } from './channels/channel.js';
import { shownEndpoint } from './model/endpoint.js';
import type { PushMessage } from './model/push-message.js';
import { endpointOf } from './model/subscription-attributes.js';
import { topicNameOf } from './model/topic-arn.js';

/** A span, and what goes along with the message below it. */
export interface Traced {
  readonly span: Span;
  readonly carrier: TraceCarrier;
}

/**
 * Spans of topics whose TracingConfig is `Active`, in traces that are sampled; developer guide, "Amazon SNS active tracing". The names of
 * attributes are those of OpenTelemetry's conventions for messaging.
 */
export class TopicTracing {
  constructor(private readonly tracer: Tracer) {}

  /** One message that is being published. */
  publishing(topic: Topic, messageId: MessageId, carrier: TraceCarrier): Traced | undefined {
    return this.#start(topic, carrier, (parent) => ({
      name: `publish ${topicNameOf(topic.address)}`,
      kind: 'producer',
      parent,
      attributes: {
        ...attributesOf(topic, messageId),
        'messaging.operation.type': 'send',
        // What X-Ray calls the segment of a topic.
        'aws.xray.origin': 'AWS::SNS::Topic',
      },
    }));
  }

  /** One attempt at an endpoint that is no queue. */
  attempting(topic: Topic, subscription: Subscription, message: PushMessage, attempt: number): Traced | undefined {
    const { protocol, endpoint } = endpointOf(subscription);
    return this.#start(topic, message, (parent) => ({
      name: `deliver ${protocol}`,
      kind: 'client',
      parent,
      attributes: {
        ...attributesOf(topic, message.messageId),
        'signalbox.subscription.protocol': protocol,
        'signalbox.subscription.endpoint': shownEndpoint(endpoint),
        'signalbox.delivery.attempt': attempt,
      },
    }));
  }

  #start(topic: Topic, carrier: TraceCarrier, spanBelow: (parent: SpanPlace) => SpanStart): Traced | undefined {
    if (topic.properties.TracingConfig !== 'Active' || carrier.traceHeader === undefined) return undefined;
    const parent = placeOfTraceHeader(carrier.traceHeader);
    if (parent?.sampled !== true) return undefined;
    const span = this.tracer.start(spanBelow(parent));
    return span && { span, carrier: carriedBelow(carrier, parent, span.id) };
  }
}

export function endAttempt({ span }: Traced, { outcome, statusCode, providerResponse }: AttemptReport): void {
  span.end({
    error: outcome === 'delivered' ? undefined : providerResponse,
    ...(statusCode !== undefined && { attributes: { 'http.response.status_code': statusCode } }),
  });
}

function attributesOf(topic: Topic, messageId: string) {
  return { 'messaging.system': 'aws_sns', 'messaging.destination.name': topic.address, 'messaging.message.id': messageId };
}
