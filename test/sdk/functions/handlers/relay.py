import os

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    """Hands on what it gets to the queue that it is told."""
    sqs.send_message(QueueUrl=os.environ["TARGET"], MessageBody="again")
