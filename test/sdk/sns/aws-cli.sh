#!/usr/bin/env bash
# A session with topics over the AWS CLI against the broker at AWS_ENDPOINT_URL. Says what differs and ends with 1 when something does.
set -euo pipefail
: "${AWS_ENDPOINT_URL:?give the URL of a broker}"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
# Nothing of the person who runs this, no pager, and text in UTF-8.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_PAGER= PYTHONUTF8=1

sns() { aws --endpoint-url "$AWS_ENDPOINT_URL" --output text sns "$@"; }
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
  if text=$(sns "$@" 2>&1); then
    echo "was not refused with $code: $*" >&2
    exit 1
  fi
  [[ "$text" == *"($code) when calling"* ]] || equal "the refusal of $*" "$text" "… ($code) …"
}

# A call of the CLI takes a second: what its own encoding and parsing are in, once; boto3-session.py has the rest.
topic=$(sns create-topic --name cli --tags Key=team,Value=blue)
equal 'the ARN of a new topic' "$topic" arn:aws:sns:us-east-1:000000000000:cli
equal 'tags' "$(sns list-tags-for-resource --resource-arn "$topic" --query 'Tags[].[Key,Value]')" $'team\tblue'
queue=$(sqs create-queue --queue-name cli)
subscription=$(sns subscribe --topic-arn "$topic" --protocol sqs --notification-endpoint arn:aws:sqs:us-east-1:000000000000:cli \
  --attributes '{"RawMessageDelivery":"true","FilterPolicy":"{\"line\":[\"north\"]}"}')
sns publish --topic-arn "$topic" --message south >/dev/null
sns publish --topic-arn "$topic" --message 'grün 🚦' --subject Signal --message-attributes '{"line":{"DataType":"String","StringValue":"north"}}' >/dev/null
equal 'what a filter lets through, raw' "$(sqs receive-message --queue-url "$queue" --max-number-of-messages 10 --message-attribute-names All \
  --query 'Messages[].[Body,MessageAttributes.line.StringValue]')" $'grün 🚦\tnorth'

batch='[{"Id":"a","Message":"one"},{"Id":"b","Message":"two","Subject":""}]'
answer=$(sns publish-batch --topic-arn "$topic" --publish-batch-request-entries "$batch" --query '[Successful[0].Id,Failed[0].Id,Failed[0].Code]')
equal 'a batch that succeeds in part' "$answer" $'a\tb\tInvalidParameter'
sns set-subscription-attributes --subscription-arn "$subscription" --attribute-name RawMessageDelivery --attribute-value false
equal 'an attribute of a subscription' "$(sns get-subscription-attributes --subscription-arn "$subscription" --query Attributes.RawMessageDelivery)" false
sns add-permission --topic-arn "$topic" --label friends --aws-account-id 111122223333 --action-name Publish
[[ $(sns get-topic-attributes --topic-arn "$topic" --query Attributes.Policy) == *friends* ]] || equal 'a permission' none friends

equal 'an endpoint that is to confirm' "$(sns subscribe --topic-arn "$topic" --protocol http --notification-endpoint http://127.0.0.1:9/)" 'pending confirmation'
token=$(curl --silent --noproxy '*' "$AWS_ENDPOINT_URL/_signalbox/subscriptions/pending" | sed -n 's/.*"token": "\([0-9a-f]*\)".*/\1/p')
endpoint=$(sns confirm-subscription --topic-arn "$topic" --token "$token")
sns unsubscribe --subscription-arn "$endpoint"
equal 'the subscriptions' "$(sns list-subscriptions-by-topic --topic-arn "$topic" --query 'Subscriptions[].SubscriptionArn')" "$subscription"

refused NotFound publish --topic-arn "$topic-none" --message x
sns delete-topic --topic-arn "$topic"
equal 'the topics that are left' "$(sns list-topics --query Topics)" ''
