/**
 * Every limit of the service, unit last. Unless another source is named: Amazon SQS developer guide, "Quotas", and the
 * API reference of the operation.
 */

/** Per queue: `MaximumMessageSize` may be set to 1024 up to this, which is also its default since August 2025. */
export const messageBytesMax = 1_048_576;
export const messageSizeSettingBytesMin = 1024;
/** Sum over a SendMessageBatch; fixed, whatever `MaximumMessageSize` says. */
export const batchBytesMax = 1_048_576;
export const batchEntriesMax = 10;
export const batchEntryIdCharsMax = 80;

export const messageAttributesMax = 10;
export const attributeNameCharsMax = 256;
export const attributeTypeCharsMax = 256;

export const receiveMessagesMax = 10;

export const delaySecondsMax = 900;
export const waitSecondsMax = 20;
/** Twelve hours, counted from the receive. */
export const visibilitySecondsMax = 43_200;
export const retentionSecondsMin = 60;
export const retentionSecondsMax = 1_209_600;
export const kmsReuseSecondsMin = 60;
export const kmsReuseSecondsMax = 86_400;

/** Including `.fifo`. */
export const queueNameCharsMax = 80;
/** ListQueues and ListDeadLetterSourceQueues. */
export const queuesPerPageMax = 1000;
export const tagsMax = 50;
export const tagKeyCharsMax = 128;
export const tagValueCharsMax = 256;

export const maxReceiveCountMax = 1000;
export const redriveSourceArnsMax = 10;

export const policyBytesMax = 8192;
export const policyStatementsMax = 20;
export const policyPrincipalsMax = 50;
export const policyConditionsMax = 10;
export const policyActionsMax = 7;
export const permissionLabelCharsMax = 80;

export const moveMessagesPerSecondMax = 500;
export const moveTasksPerPageMax = 10;
/** A move task handle is about 250 characters; anything much longer is not one and is not decoded. */
export const taskHandleCharsMax = 2048;
/** A page token holds one queue name and one prefix. */
export const nextTokenCharsMax = 2048;
