import type { Clock } from '../../base/clock.js';
import type { EventLog } from '../../base/event-log.js';
import type { Meter } from '../../base/meter.js';
import type { Random } from '../../base/random.js';
import type { Tracer } from '../../base/tracer.js';
import type { Engine } from '../../engine/engine.js';
import type { Topics } from '../../engine/topics/topics.js';
import type { Service } from '../../wire/service.js';
import { ApplicationEvents } from './application-events.js';
import { ArchiveSurvey } from './archive-survey.js';
import { ArchiveUpkeep } from './archive-upkeep.js';
import { type FunctionTarget, functionChannel } from './channels/function-channel.js';
import { httpChannel, type Pusher } from './channels/http-channel.js';
import { type MailParts, mailChannel } from './channels/mail-channel.js';
import { logPushChannel, type PushProvider, providerPushChannel } from './channels/push-channel.js';
import { journalSmsChannel, providerSmsChannel, type SmsProvider } from './channels/sms-channel.js';
import { Confirmations } from './confirmations.js';
import { createDeliveryLog } from './delivery-log.js';
import { DeliveryReports } from './delivery-reports.js';
import { EventOutbox } from './event-outbox.js';
import { FanOutJobs } from './fan-out-jobs.js';
import { Farewells } from './farewells.js';
import { Devices } from './mobile/devices.js';
import { PushJournal } from './mobile/push-journal.js';
import { MobileRegistry } from './mobile/registry.js';
import { MobileSweep } from './mobile-sweep.js';
import type { Extensions } from './model/topic-attributes.js';
import { addPermission } from './operations/addPermission.js';
import { checkIfPhoneNumberIsOptedOut } from './operations/checkIfPhoneNumberIsOptedOut.js';
import { confirmSubscription } from './operations/confirmSubscription.js';
import { createPlatformApplication } from './operations/createPlatformApplication.js';
import { createPlatformEndpoint } from './operations/createPlatformEndpoint.js';
import { createSMSSandboxPhoneNumber } from './operations/createSMSSandboxPhoneNumber.js';
import { createTopic } from './operations/createTopic.js';
import { deleteEndpoint } from './operations/deleteEndpoint.js';
import { deletePlatformApplication } from './operations/deletePlatformApplication.js';
import { deleteSMSSandboxPhoneNumber } from './operations/deleteSMSSandboxPhoneNumber.js';
import { deleteTopic } from './operations/deleteTopic.js';
import { getDataProtectionPolicy } from './operations/getDataProtectionPolicy.js';
import { getEndpointAttributes } from './operations/getEndpointAttributes.js';
import { getPlatformApplicationAttributes } from './operations/getPlatformApplicationAttributes.js';
import { getSMSAttributes } from './operations/getSMSAttributes.js';
import { getSMSSandboxAccountStatus } from './operations/getSMSSandboxAccountStatus.js';
import { getSubscriptionAttributes } from './operations/getSubscriptionAttributes.js';
import { getTopicAttributes } from './operations/getTopicAttributes.js';
import { listEndpointsByPlatformApplication } from './operations/listEndpointsByPlatformApplication.js';
import { listOriginationNumbers } from './operations/listOriginationNumbers.js';
import { listPhoneNumbersOptedOut } from './operations/listPhoneNumbersOptedOut.js';
import { listPlatformApplications } from './operations/listPlatformApplications.js';
import { listSMSSandboxPhoneNumbers } from './operations/listSMSSandboxPhoneNumbers.js';
import { listSubscriptions } from './operations/listSubscriptions.js';
import { listSubscriptionsByTopic } from './operations/listSubscriptionsByTopic.js';
import { listTagsForResource } from './operations/listTagsForResource.js';
import { listTopics } from './operations/listTopics.js';
import { optInPhoneNumber } from './operations/optInPhoneNumber.js';
import { publish } from './operations/publish.js';
import { publishBatch } from './operations/publishBatch.js';
import { putDataProtectionPolicy } from './operations/putDataProtectionPolicy.js';
import { removePermission } from './operations/removePermission.js';
import { setEndpointAttributes } from './operations/setEndpointAttributes.js';
import { setPlatformApplicationAttributes } from './operations/setPlatformApplicationAttributes.js';
import { setSMSAttributes } from './operations/setSMSAttributes.js';
import { setSubscriptionAttributes } from './operations/setSubscriptionAttributes.js';
import { setTopicAttributes } from './operations/setTopicAttributes.js';
import { subscribe } from './operations/subscribe.js';
import { tagResource } from './operations/tagResource.js';
import { unsubscribe } from './operations/unsubscribe.js';
import { untagResource } from './operations/untagResource.js';
import { verifySMSSandboxPhoneNumber } from './operations/verifySMSSandboxPhoneNumber.js';
import { createAuditLog } from './protection/audit-log.js';
import type { QueueContents } from './publication.js';
import { Publisher } from './publisher.js';
import { PushDeliveries } from './push-deliveries.js';
import { Replays } from './replays.js';
import { Routes } from './routes.js';
import { shownPushes } from './shown.js';
import type { Signer } from './signer.js';
import type { OriginationNumber } from './sms/number-page.js';
import { Phones, type SmsSettings } from './sms/phones.js';
import { SmsAccounts } from './sms/sms-accounts.js';
import { createSmsDesk, type SmsDesk } from './sms/sms-desk.js';
import { SmsJournal } from './sms/sms-journal.js';
import { SubscriptionTokens } from './subscription-tokens.js';
import { TopicMetrics } from './topic-metrics.js';
import { TopicTracing } from './topic-tracing.js';

export interface SnsDependencies {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly queues: QueueContents;
  /** Sends to HTTP endpoints. */
  readonly pusher: Pusher;
  readonly functions: FunctionTarget;
  /** Absent: there is no mail server. */
  readonly mail: MailParts | undefined;
  readonly sms: SmsParts;
  /** Absent: notifications to devices go to the journal alone. */
  readonly push: PushProvider | undefined;
  readonly extensions: Extensions;
  /** Requests that the broker has answered so far: replays step back for them. */
  readonly answered: () => number;
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly events: EventLog;
  /** Told of faults in background work; the work is tried again. */
  readonly report: (what: string, fault: unknown) => void;
}

export interface SmsParts {
  readonly settings: SmsSettings;
  /** Absent: messages to phones go to the journal alone. */
  readonly provider: SmsProvider | undefined;
}

export interface Sns {
  readonly service: Service;
  /** What the pages of the broker's own do with SMS. */
  readonly sms: SmsDesk;
  /** Notifications to devices, as the broker's own page shows them: all, or those to one endpoint. */
  pushes(endpoint: string | undefined): Promise<object>;
  /** Ends background work; what is left of it is taken up at the next start. */
  stop(): Promise<void>;
}

/** Amazon SNS, API version 2010-03-31, as far as docs/sns.md says: topics, subscriptions and publishing. */
export function startSns(dependencies: SnsDependencies): Sns {
  const { engine, clock, random, signer, queues, pusher, functions, mail, sms, push, extensions, answered, tracer, meter, events, report } =
    dependencies;
  const { topics } = engine;
  const routes = new Routes(topics);
  const log = createDeliveryLog({ events, random });
  const reports = new DeliveryReports(new TopicMetrics(meter, new ArchiveSurvey(topics)), log);
  const tracing = new TopicTracing(tracer);
  const jobs = new FanOutJobs({ engine, clock, routes, signer, queues, reports, report });
  const http = httpChannel(pusher, clock);
  const channels = {
    http,
    https: http,
    lambda: functionChannel(functions),
    email: mailChannel(mail, clock, 'email'),
    'email-json': mailChannel(mail, clock, 'email-json'),
  };
  const tokens = new SubscriptionTokens({ documents: engine.documents, topics, clock, report });
  const deliveries = new PushDeliveries({ engine, clock, channels, queues, tracing, reports, tokens, report });
  const confirmations = new Confirmations({ clock, random, signer, deliveries, engine, queues });
  const farewells = new Farewells({ topics, deliveries, confirmations, tokens, random });
  const publisher = new Publisher({
    topics,
    routes,
    jobs,
    clock,
    random,
    signer,
    queues,
    tracing,
    reports,
    audits: createAuditLog({ events, meter, clock }),
  });
  const replays = new Replays({ topics, routes, clock, queues, signer, answered, reports, report });
  const archives = new ArchiveUpkeep({ topics, clock, report });
  const applicationEvents = new ApplicationEvents({ publisher, events });
  const outbox = new EventOutbox({ engine, clock, applicationEvents, report });
  const registry = new MobileRegistry(engine.documents, outbox);
  const sweep = new MobileSweep({ registry, report });
  const smsChannel = sms.provider === undefined ? journalSmsChannel : providerSmsChannel(sms.provider, clock);
  const smsJournal = new SmsJournal();
  const phones = new Phones({
    engine,
    clock,
    random,
    queues,
    channel: smsChannel,
    journal: smsJournal,
    settings: sms.settings,
    meter,
    events,
    reports,
    report,
  });
  const pushChannel = push === undefined ? logPushChannel : providerPushChannel(push, clock);
  const pushJournal = new PushJournal();
  const devices = new Devices({
    engine,
    clock,
    random,
    queues,
    registry,
    channel: pushChannel,
    applicationEvents,
    journal: pushJournal,
    log,
    reports,
    meter,
    report,
  });
  const background = [jobs, deliveries, phones, devices, outbox, replays, archives, tokens, sweep];
  for (const work of background) work.start();
  const parts = {
    topics,
    publisher,
    clock,
    random,
    deliveries,
    confirmations,
    tokens,
    farewells,
    replays,
    archives,
    registry,
    sweep,
    phones,
    smsAccounts: new SmsAccounts({ documents: engine.documents, clock, random, phones, sandbox: sms.settings.sandbox }),
    originationNumbers: sms.settings.originationNumbers,
    devices,
    extensions,
    sendsMail: mail !== undefined,
  };
  return {
    service: snsService(parts),
    sms: createSmsDesk({ engine, clock, journal: smsJournal, guards: phones.guards, via: smsChannel.kind }),
    pushes: async (endpoint) => ({ via: pushChannel.kind, ...(await shownPushes(engine, pushJournal, endpoint)) }),
    stop: async () => {
      await Promise.all(background.map((work) => work.stop()));
    },
  };
}

interface ServiceParts {
  readonly topics: Topics;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly random: Random;
  readonly deliveries: PushDeliveries;
  readonly confirmations: Confirmations;
  readonly tokens: SubscriptionTokens;
  readonly farewells: Farewells;
  readonly replays: Replays;
  readonly archives: ArchiveUpkeep;
  readonly registry: MobileRegistry;
  readonly sweep: MobileSweep;
  readonly phones: Phones;
  readonly smsAccounts: SmsAccounts;
  readonly originationNumbers: readonly OriginationNumber[];
  readonly devices: Devices;
  readonly extensions: Extensions;
  readonly sendsMail: boolean;
}

function snsService(parts: ServiceParts): Service {
  const { topics, publisher, clock, random, deliveries, archives, smsAccounts, originationNumbers, registry, sweep, extensions } = parts;
  const operations = [
    addPermission(topics),
    confirmSubscription(parts),
    createPlatformApplication(registry, random),
    createPlatformEndpoint(registry, random),
    createTopic(topics, clock, extensions),
    deleteEndpoint(registry),
    deletePlatformApplication(registry, sweep),
    deleteTopic(topics, deliveries),
    getDataProtectionPolicy(topics),
    getEndpointAttributes(registry),
    getPlatformApplicationAttributes(registry),
    getSubscriptionAttributes(topics),
    getTopicAttributes(topics, clock),
    listEndpointsByPlatformApplication(registry),
    listPlatformApplications(registry),
    listSubscriptions(topics),
    listSubscriptionsByTopic(topics),
    listTagsForResource(topics),
    listTopics(topics),
    publish(parts),
    publishBatch(publisher),
    putDataProtectionPolicy(topics),
    removePermission(topics),
    setEndpointAttributes(registry),
    setPlatformApplicationAttributes(registry),
    setSubscriptionAttributes(parts),
    setTopicAttributes({ topics, clock, extensions, expireArchive: (topic) => archives.expire(topic) }),
    subscribe(parts),
    tagResource(topics),
    unsubscribe(parts),
    untagResource(topics),
    checkIfPhoneNumberIsOptedOut(smsAccounts),
    createSMSSandboxPhoneNumber(smsAccounts),
    deleteSMSSandboxPhoneNumber(smsAccounts),
    getSMSAttributes(smsAccounts),
    getSMSSandboxAccountStatus(smsAccounts),
    listOriginationNumbers(originationNumbers),
    listPhoneNumbersOptedOut(smsAccounts),
    listSMSSandboxPhoneNumbers(smsAccounts),
    optInPhoneNumber(smsAccounts),
    setSMSAttributes(smsAccounts),
    verifySMSSandboxPhoneNumber(smsAccounts),
  ];
  return {
    name: 'sns',
    targetPrefix: 'AmazonSNS',
    errorNamespace: 'com.amazonaws.sns',
    apiVersion: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    xmlErrorEnd: '',
    operations: new Map(operations.map((operation) => [operation.name, operation])),
    pathMembers: () => ({}),
  };
}
