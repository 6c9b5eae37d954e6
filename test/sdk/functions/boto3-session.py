"""A session with boto3 against the broker at AWS_ENDPOINT_URL. Ends with an error when something differs."""

import io
import json
import os
import zipfile

import boto3
from botocore.config import Config

session = boto3.Session(region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
client, logs = (
    session.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=Config(retries={"total_max_attempts": 1}))
    for service in ("lambda", "logs")
)
role = "arn:aws:iam::000000000000:role/any"


def package(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def equal(what, actual, expected):
    assert actual == expected, f"{what}\n  expected: {expected!r}\n  actual:   {actual!r}"


source = """
import os
def handler(event, context):
    return {'got': event, 'version': context.function_version, 'own': os.environ['OWN']}
"""
created = client.create_function(
    FunctionName="py",
    Runtime="python3.12",
    Handler="app.handler",
    Role=role,
    Code={"ZipFile": package({"app.py": source})},
    Environment={"Variables": {"OWN": "ü"}},
    Timeout=10,
    Publish=True,
    Tags={"team": "blue"},
)
equal("the version of a function that is published at once", created["Version"], "1")
client.get_waiter("function_active_v2").wait(FunctionName="py")
client.create_alias(FunctionName="py", Name="live", FunctionVersion="1")
client.update_function_configuration(FunctionName="py", Environment={"Variables": {"OWN": "changed"}})
client.get_waiter("function_updated_v2").wait(FunctionName="py")

answer = client.invoke(FunctionName="py:live", Payload=json.dumps({"n": 1}))
equal("the version behind an alias", answer["ExecutedVersion"], "1")
equal("the answer of a version", json.load(answer["Payload"]), {"got": {"n": 1}, "version": "1", "own": "ü"})
answer = client.invoke(FunctionName="py")
equal("the answer of $LATEST", json.load(answer["Payload"]), {"got": {}, "version": "$LATEST", "own": "changed"})
equal("an event", client.invoke(FunctionName="py", InvocationType="Event")["StatusCode"], 202)
equal("a dry run", client.invoke(FunctionName="py", InvocationType="DryRun")["StatusCode"], 204)

pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/py", filterPattern="START", PaginationConfig={"PageSize": 1})
streams = {event["logStreamName"].split("]")[0] for page in pages for event in page["events"]}
equal("the versions that logged", {stream.split("[")[1] for stream in streams} >= {"1", "$LATEST"}, True)
equal("the groups", [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]], ["/aws/lambda/py"])

client.put_function_concurrency(FunctionName="py", ReservedConcurrentExecutions=0)
try:
    client.invoke(FunctionName="py")
    raise AssertionError("was not throttled")
except client.exceptions.TooManyRequestsException as fault:
    equal("the reason", fault.response["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded")
equal("tags", client.get_function(FunctionName="py")["Tags"], {"team": "blue"})
names = [one["FunctionName"] for page in client.get_paginator("list_functions").paginate() for one in page["Functions"]]
equal("functions", names, ["py"])
client.delete_function(FunctionName="py")
try:
    client.get_function(FunctionName="py")
    raise AssertionError("was not deleted")
except client.exceptions.ResourceNotFoundException as fault:
    equal("the text", fault.response["Error"]["Message"], "Function not found: arn:aws:lambda:us-east-1:000000000000:function:py")
