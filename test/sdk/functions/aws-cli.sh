#!/usr/bin/env bash
# A session with the AWS CLI against the broker at AWS_ENDPOINT_URL. Says what differs and ends with 1 when something does.
set -euo pipefail
: "${AWS_ENDPOINT_URL:?give the URL of a broker}"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_PAGER= PYTHONUTF8=1

functions() { aws --endpoint-url "$AWS_ENDPOINT_URL" --output text lambda "$@"; }

equal() { # what, actual, expected
  if [[ "$2" != "$3" ]]; then
    printf '%s\n  expected: %q\n  actual:   %q\n' "$1" "$3" "$2" >&2
    exit 1
  fi
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf '#!/bin/sh
while :; do
  headers=$(mktemp)
  event=$(curl -sS -D "$headers" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")
  id=$(grep -i lambda-runtime-aws-request-id "$headers" | tr -d "[:space:]" | cut -d: -f2)
  curl -sS -o /dev/null -d "[$event]" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response"
done
' > "$folder/bootstrap"
chmod +x "$folder/bootstrap"
python3 - "$folder" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/function.zip", "w") as archive:
    archive.write(sys.argv[1] + "/bootstrap", "bootstrap")
PYTHON

equal 'the state of a new function' Active "$(functions create-function --function-name shell --runtime provided.al2023 --handler none \
  --timeout 20 --role arn:aws:iam::000000000000:role/any --zip-file "fileb://$folder/function.zip" --query State)"
functions wait function-active-v2 --function-name shell
equal 'what an invocation says' "200	\$LATEST" "$(functions invoke --function-name shell --payload '{"a":1}' "$folder/answer" --query '[StatusCode,ExecutedVersion]')"
equal 'its answer' '[{"a":1}]' "$(cat "$folder/answer")"
equal 'a version' 1 "$(functions publish-version --function-name shell --query Version)"
equal 'versions' "\$LATEST	1" "$(functions list-versions-by-function --function-name shell --query 'Versions[].Version')"
functions delete-function --function-name shell > "$folder/deleted"
equal 'no functions' '' "$(functions list-functions --query 'Functions[].FunctionName')"
