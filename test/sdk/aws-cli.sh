#!/usr/bin/env bash
# A session with the AWS CLI against the broker at AWS_ENDPOINT_URL. Says what differs and ends with 1 when something does.
set -euo pipefail
: "${AWS_ENDPOINT_URL:?give the URL of a broker}"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
# Nothing of the person who runs this, no pager, and text in UTF-8.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_PAGER= PYTHONUTF8=1

sqs() { aws --endpoint-url "$AWS_ENDPOINT_URL" --output text sqs "$@"; }

equal() { # what, actual, expected
  if [[ "$2" != "$3" ]]; then
    printf '%s\n  expected: %q\n  actual:   %q\n' "$1" "$3" "$2" >&2
    exit 1
  fi
}

refused() { # code, command...
  local code=$1 text
  shift
  if text=$(sqs "$@" 2>&1); then
    echo "was not refused with $code: $*" >&2
    exit 1
  fi
  [[ "$text" == *"($code) when calling"* ]] || equal "the refusal of $*" "$text" "… ($code) …"
}

account="$AWS_ENDPOINT_URL/000000000000"
dead=$(sqs create-queue --queue-name cli-dead --tags team=blue --query QueueUrl)
equal 'the URL of a new queue' "$dead" "$account/cli-dead"

redrive='{"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:cli-dead\",\"maxReceiveCount\":\"1\"}","VisibilityTimeout":"0"}'
queue=$(sqs create-queue --queue-name cli --attributes "$redrive" --query QueueUrl)
equal 'a queue by name' "$(sqs get-queue-url --queue-name cli --query QueueUrl)" "$queue"
equal 'the queues' "$(sqs list-queues --queue-name-prefix cli --query QueueUrls)" "$account/cli"$'\t'"$account/cli-dead"
equal 'the sources of a dead-letter queue' "$(sqs list-dead-letter-source-queues --queue-url "$dead" --query queueUrls)" "$queue"
equal 'tags' "$(sqs list-queue-tags --queue-url "$dead" --query Tags)" blue

equal 'the digest of a body' "$(sqs send-message --queue-url "$queue" --message-body message --query MD5OfMessageBody)" 78e731027d8fd50ed642340b7c9a63b3
batch='[{"Id":"a","MessageBody":"grün 🚦","MessageAttributes":{"Hello":{"DataType":"String","StringValue":"There"}}},{"Id":"b","MessageBody":"late","DelaySeconds":901}]'
sent=$(sqs send-message-batch --queue-url "$queue" --entries "$batch" --query '[Successful[0].MD5OfMessageAttributes,Failed[0].Id,Failed[0].Code]')
equal 'a batch that succeeds in part' "$sent" $'a311262e065454b75da111d535b8dacd\tb\tInvalidParameterValue'

received=$(sqs receive-message --queue-url "$queue" --max-number-of-messages 10 --message-attribute-names All --attribute-names ApproximateReceiveCount \
  --query 'Messages[].[Body,Attributes.ApproximateReceiveCount,MessageAttributes.Hello.StringValue]')
equal 'what is received' "$received" $'message\t1\tNone\ngrün 🚦\t1\tThere'
equal 'nothing where receives are used up' "$(sqs receive-message --queue-url "$queue" --query Messages)" None

handle=$(sqs receive-message --queue-url "$dead" --visibility-timeout 60 --query 'Messages[0].ReceiptHandle')
sqs change-message-visibility --queue-url "$dead" --receipt-handle "$handle" --visibility-timeout 120
sqs delete-message --queue-url "$dead" --receipt-handle "$handle"
counts=$(sqs get-queue-attributes --queue-url "$dead" --attribute-names All \
  --query 'Attributes.[ApproximateNumberOfMessages,ApproximateNumberOfMessagesNotVisible]')
equal 'what is left' "$counts" $'1\t0'

sqs start-message-move-task --source-arn arn:aws:sqs:us-east-1:000000000000:cli-dead >/dev/null
equal 'what came back' "$(sqs receive-message --queue-url "$queue" --wait-time-seconds 10 --query 'Messages[0].Body')" 'grün 🚦'
moved=$(sqs list-message-move-tasks --source-arn arn:aws:sqs:us-east-1:000000000000:cli-dead --query 'Results[0].ApproximateNumberOfMessagesMoved')
equal 'the count of what was moved' "$moved" 1

refused AWS.SimpleQueueService.NonExistentQueue get-queue-url --queue-name none
refused ReceiptHandleIsInvalid delete-message --queue-url "$queue" --receipt-handle garbage
sqs purge-queue --queue-url "$queue"
refused AWS.SimpleQueueService.PurgeQueueInProgress purge-queue --queue-url "$queue"
sqs delete-queue --queue-url "$queue"
equal 'the queues that are left' "$(sqs list-queues --query QueueUrls)" "$dead"
