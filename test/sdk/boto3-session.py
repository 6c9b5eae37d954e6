"""A session with boto3, client and resource, against the broker at AWS_ENDPOINT_URL, whose test clock is on."""

import hashlib
import json
import os
import unittest
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
SETTINGS = {
    "endpoint_url": ENDPOINT,
    "region_name": "us-east-1",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
    "config": Config(retries={"total_max_attempts": 1}),
}
TEXT = "grün 🚦\r\n<b>&\"x\"</b>"


def advance(seconds):
    body = json.dumps({"advanceMs": seconds * 1000}).encode()
    urllib.request.urlopen(f"{ENDPOINT}/_signalbox/clock", body, timeout=10).close()


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.sqs = boto3.client("sqs", **SETTINGS)
        self.addCleanup(self.sqs.close)

    def queue(self, name, **attributes):
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def receive(self, queue, **more):
        request = {"QueueUrl": queue, "MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        return self.sqs.receive_message(**{**request, **more}).get("Messages", [])

    def refused(self, call, **request):
        with self.assertRaises(ClientError) as caught:
            call(**request)
        response = caught.exception.response
        return caught.exception, response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]

    def test_message(self):
        queue = self.queue("client-message", VisibilityTimeout="30")
        self.assertEqual(queue, f"{ENDPOINT}/000000000000/client-message")
        attributes = {
            "Hello": {"DataType": "String", "StringValue": "There"},
            "Bytes": {"DataType": "Binary", "BinaryValue": bytes(range(256))},
        }
        sent = self.sqs.send_message(QueueUrl=queue, MessageBody=TEXT, MessageAttributes=attributes)
        self.assertEqual(sent["MD5OfMessageBody"], md5(TEXT))
        [message] = self.receive(queue)
        self.assertEqual(message["Body"], TEXT)
        self.assertEqual(message["MessageId"], sent["MessageId"])
        self.assertEqual(message["MessageAttributes"], attributes)
        self.assertEqual(message["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"])
        self.assertEqual(message["Attributes"]["ApproximateReceiveCount"], "1")
        self.assertEqual(self.receive(queue), [])
        advance(30)
        [message] = self.receive(queue)
        self.assertEqual(message["Attributes"]["ApproximateReceiveCount"], "2")
        self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        advance(30)
        self.assertEqual(self.receive(queue), [])

    def test_errors(self):
        queue = self.queue("client-errors")
        missing = f"{queue}-none"
        error, code, status = self.refused(self.sqs.send_message, QueueUrl=missing, MessageBody="x")
        self.assertIsInstance(error, self.sqs.exceptions.QueueDoesNotExist)
        self.assertEqual((code, status), ("AWS.SimpleQueueService.NonExistentQueue", 400))
        error, code, status = self.refused(self.sqs.delete_message, QueueUrl=queue, ReceiptHandle="garbage")
        self.assertIsInstance(error, self.sqs.exceptions.ReceiptHandleIsInvalid)
        self.assertEqual((code, status), ("ReceiptHandleIsInvalid", 404))
        _, code, status = self.refused(self.sqs.receive_message, QueueUrl=queue, MaxNumberOfMessages=11)
        self.assertEqual((code, status), ("InvalidParameterValue", 400))
        error, code, _ = self.refused(self.sqs.create_queue, QueueName="client-errors", Attributes={"DelaySeconds": "1"})
        self.assertIsInstance(error, self.sqs.exceptions.QueueNameExists)
        self.assertEqual(code, "QueueAlreadyExists")
        error, code, status = self.refused(self.sqs.list_message_move_tasks, SourceArn="arn:aws:sqs:us-east-1:000000000000:none")
        self.assertIsInstance(error, self.sqs.exceptions.ResourceNotFoundException)
        self.assertEqual((code, status), ("ResourceNotFoundException", 404))

    def test_pages(self):
        urls = [self.queue(f"client-page-{number}") for number in range(5)]
        pages = self.sqs.get_paginator("list_queues").paginate(QueueNamePrefix="client-page-", PaginationConfig={"PageSize": 2})
        self.assertEqual([page["QueueUrls"] for page in pages], [urls[:2], urls[2:4], urls[4:]])


class ResourceTest(unittest.TestCase):
    def setUp(self):
        self.sqs = boto3.resource("sqs", **SETTINGS)
        self.addCleanup(self.sqs.meta.client.close)

    def test_messages(self):
        queue = self.sqs.create_queue(QueueName="resource", Attributes={"DelaySeconds": "5"}, tags={"team": "blue"})
        self.assertEqual(self.sqs.get_queue_by_name(QueueName="resource"), queue)
        self.assertEqual(queue.attributes["QueueArn"], "arn:aws:sqs:us-east-1:000000000000:resource")
        queue.set_attributes(Attributes={"DelaySeconds": "0"})
        queue.reload()
        self.assertEqual(queue.attributes["DelaySeconds"], "0")

        entries = [{"Id": str(number), "MessageBody": f"{TEXT} {number}"} for number in range(3)]
        sent = queue.send_messages(Entries=[*entries, {"Id": "late", "MessageBody": "x", "DelaySeconds": 901}])
        self.assertEqual([entry["MD5OfMessageBody"] for entry in sent["Successful"]], [md5(entry["MessageBody"]) for entry in entries])
        self.assertEqual([(entry["Id"], entry["SenderFault"]) for entry in sent["Failed"]], [("late", True)])

        messages = queue.receive_messages(MaxNumberOfMessages=10)
        self.assertEqual([message.body for message in messages], [entry["MessageBody"] for entry in entries])
        messages[0].delete()
        messages[1].change_visibility(VisibilityTimeout=0)
        [again] = queue.receive_messages(AttributeNames=["ApproximateReceiveCount"])
        self.assertEqual((again.body, again.attributes), (f"{TEXT} 1", {"ApproximateReceiveCount": "2"}))
        handles = [{"Id": "a", "ReceiptHandle": again.receipt_handle}, {"Id": "b", "ReceiptHandle": messages[2].receipt_handle}]
        self.assertEqual(queue.delete_messages(Entries=handles)["Successful"], [{"Id": "a"}, {"Id": "b"}])
        queue.reload()
        self.assertEqual(queue.attributes["ApproximateNumberOfMessages"], "0")
        self.assertEqual(queue.attributes["ApproximateNumberOfMessagesNotVisible"], "0")
        queue.delete()
        with self.assertRaises(self.sqs.meta.client.exceptions.QueueDoesNotExist):
            self.sqs.get_queue_by_name(QueueName="resource")

    def test_dead_letters(self):
        fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        dead = self.sqs.create_queue(QueueName="resource-dead.fifo", Attributes=fifo)
        redrive = json.dumps({"deadLetterTargetArn": dead.attributes["QueueArn"], "maxReceiveCount": 2})
        queue = self.sqs.create_queue(QueueName="resource.fifo", Attributes={**fifo, "RedrivePolicy": redrive, "VisibilityTimeout": "30"})
        self.assertEqual(json.loads(queue.attributes["RedrivePolicy"])["maxReceiveCount"], 2)
        self.assertEqual(list(dead.dead_letter_source_queues.all()), [queue])
        sent = [queue.send_message(MessageBody=body, MessageGroupId="g") for body in ("poison", "next")]
        self.assertLess(sent[0]["SequenceNumber"], sent[1]["SequenceNumber"])
        self.assertEqual(queue.send_message(MessageBody="poison", MessageGroupId="g")["MessageId"], sent[0]["MessageId"])
        for _ in range(2):
            [message] = queue.receive_messages(MaxNumberOfMessages=1)
            self.assertEqual(message.body, "poison")
            self.assertEqual(queue.receive_messages(), [])
            advance(30)
        [message] = queue.receive_messages(MaxNumberOfMessages=10)
        self.assertEqual(message.body, "next")
        [message] = dead.receive_messages(WaitTimeSeconds=10, AttributeNames=["All"])
        self.assertEqual((message.body, message.message_id), ("poison", sent[0]["MessageId"]))
        self.assertEqual(message.attributes["DeadLetterQueueSourceArn"], queue.attributes["QueueArn"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
