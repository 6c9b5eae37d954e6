#!/usr/bin/env bash
# The session of AWS's post "Archiving and replaying messages with Amazon SNS FIFO", command by command, against the broker at
# AWS_ENDPOINT_URL. Says what differs and ends with 1 when something does.
set -euo pipefail
: "${AWS_ENDPOINT_URL:?give the URL of a broker}"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_PAGER= PYTHONUTF8=1

region=us-east-1
claim='{ "claim_type": "collision", "registration": "AB123CDE" }'
aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }

equal() { # what, actual, expected
  if [[ "$2" != "$3" ]]; then
    printf '%s\n  expected: %q\n  actual:   %q\n' "$1" "$3" "$2" >&2
    exit 1
  fi
}

topic=$(aws sns create-topic --name Claims.fifo --attributes 'FifoTopic=true,ContentBasedDeduplication=true,DisplayName=Insurance claims' --region $region | jq -r .TopicArn)
live=$(aws sqs create-queue --queue-name Claims.fifo --attributes FifoQueue=true --region $region | jq -r .QueueUrl)
replayed=$(aws sqs create-queue --queue-name Replayed.fifo --attributes FifoQueue=true --region $region | jq -r .QueueUrl)
live_arn=$(aws sqs get-queue-attributes --queue-url "$live" --attribute-names QueueArn --output text --query Attributes.QueueArn)
replayed_arn=$(aws sqs get-queue-attributes --queue-url "$replayed" --attribute-names QueueArn --region $region | jq -r .Attributes.QueueArn)

policy=$(jq -nc --arg live "$live_arn" --arg replayed "$replayed_arn" --arg topic "$topic" '{Policy: ({Version: "2012-10-17", Statement: [{
  Sid: "1", Effect: "Allow", Principal: {Service: "sns.amazonaws.com"}, Action: ["sqs:SendMessage"], Resource: [$live, $replayed],
  Condition: {ArnLike: {"aws:SourceArn": [$topic]}}}]} | tojson)}')
aws sqs set-queue-attributes --queue-url "$live" --attributes file://<(echo "$policy")
aws sqs set-queue-attributes --queue-url "$replayed" --attributes file://<(echo "$policy")
aws sns subscribe --topic-arn "$topic" --protocol sqs --notification-endpoint "$live_arn" --region $region >/dev/null

aws sns set-topic-attributes --region $region --topic-arn "$topic" --attribute-name ArchivePolicy --attribute-value '{"MessageRetentionPeriod":"30"}'

start=$(date -u +%FT%T.000Z)
aws sns publish --region $region --topic-arn "$topic" --message "$claim" --message-group-id group1 >/dev/null

message=$(aws sqs receive-message --region $region --queue-url "$live" --output json)
equal 'the claim as it was published' "$(jq -r '.Messages[0].Body | fromjson | .Message' <<<"$message")" "$claim"
aws sqs delete-message --region $region --queue-url "$live" --receipt-handle "$(jq -r '.Messages[0].ReceiptHandle' <<<"$message")"

attributes=$(jq -nc --arg start "$start" '{ReplayPolicy: ({PointType: "Timestamp", StartingPoint: $start} | tojson)}')
subscription=$(aws sns subscribe --region $region --topic-arn "$topic" --protocol sqs --return-subscription-arn --notification-endpoint "$replayed_arn" \
  --attributes "$attributes" --output json | jq -r .SubscriptionArn)
while [[ $(aws sns get-subscription-attributes --region $region --subscription-arn "$subscription" --output text | awk 'END{print $9}') != Completed ]]; do sleep 1; done

message=$(aws sqs receive-message --region $region --queue-url "$replayed" --output json)
equal 'the claim as it was replayed' "$(jq -r '.Messages[0].Body | fromjson | [.Message, .Replayed] | join(" ")' <<<"$message")" "$claim true"
aws sqs delete-message --region $region --queue-url "$replayed" --receipt-handle "$(jq -r '.Messages[0].ReceiptHandle' <<<"$message")"

aws sqs delete-queue --queue-url "$live" --region $region
aws sqs delete-queue --queue-url "$replayed" --region $region
aws sns set-topic-attributes --region $region --topic-arn "$topic" --attribute-name ArchivePolicy --attribute-value '{}'
aws sns delete-topic --topic-arn "$topic" --region $region
equal 'the topics that are left' "$(aws sns list-topics --query Topics --output json)" '[]'
