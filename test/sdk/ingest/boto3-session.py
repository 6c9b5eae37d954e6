"""A producer and a subscriber as AWS's sample pipeline has them, over urllib and boto3, against the broker at AWS_ENDPOINT_URL."""

import base64
import hashlib
import json
import os
import unittest
import urllib.error
import urllib.request
import uuid

import boto3
from botocore.config import Config

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
SETTINGS = {
    "endpoint_url": ENDPOINT,
    "region_name": "us-east-1",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
    "config": Config(retries={"total_max_attempts": 1}),
}
TOPIC = "arn:aws:sns:us-east-1:000000000000:ingest-default"
PAYLOAD = "grün 🚦\r\n".encode() * 40_000


def call(path, body=None, headers=None):
    """Status and JSON of an answer, a refusal or not."""
    request = urllib.request.Request(f"{ENDPOINT}{path}", data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def new_key(name):
    status, key = call("/_signalbox/ingest/keys", json.dumps({"name": name, "permissions": ["send", "read"]}).encode())
    assert status == 201, key
    return key["key"]


def message(transaction, **changes):
    meta_data = {
        "messageType": "SOMETYPE",
        "sourceSystemID": "SOMESYSTEM",
        "sourceTransactionID": transaction,
        "dateTime": "2023-12-01 10:11:12.123456",
        **changes,
    }
    return {"messageMetaData": meta_data, "messagePayload": base64.b64encode(PAYLOAD).decode()}


class SamplePipelineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.key = new_key("sample")

    def send(self, body, path="/ingestMessage"):
        headers = {"x-api-key": self.key, "Content-Type": "application/json"}
        return call(path, json.dumps(body).encode(), headers)

    def subscribed(self, sqs, sns):
        url = sqs.create_queue(QueueName=f"subscriber-{uuid.uuid4()}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=arn)
        return url

    def told_until_archived(self, sqs, url, message_id):
        """Messages of the topic with their states, out of the envelopes of SNS."""
        told = []
        while not any(state == "archived" and body["messageID"] == message_id for state, body in told):
            received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20).get("Messages", [])
            self.assertTrue(received, f"only {len(told)} messages came")
            for each in received:
                envelope = json.loads(each["Body"])
                told.append((envelope["MessageAttributes"]["state"]["Value"], json.loads(envelope["Message"])))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return told

    def test_a_message_of_the_sample_is_archived_and_told_of(self):
        sqs, sns = boto3.client("sqs", **SETTINGS), boto3.client("sns", **SETTINGS)
        self.addCleanup(sqs.close)
        self.addCleanup(sns.close)
        status, first = self.send(message("before"))  # opens the pipeline, whose topic is there from then on
        self.assertEqual(status, 200, first)
        url = self.subscribed_once_there(sqs, sns)
        status, receipt = self.send(message("t-1"), "/ingestmessage/")
        self.assertEqual(status, 200, receipt)
        message_id = receipt["messageID"]
        self.assertEqual(uuid.UUID(message_id).version, 4)
        self.assertEqual(receipt["sha256"], hashlib.sha256(PAYLOAD).hexdigest())

        told = [each for each in self.told_until_archived(sqs, url, message_id) if each[1]["messageID"] == message_id]
        states = [state for state, _ in told]
        self.assertEqual((states[0], sorted(states[1:-1]), states[-1]), ("received", ["accepted", "metadataStored", "payloadArchived"], "archived"))
        for state, body in told[:-1]:
            self.assertEqual(sorted(body), ["message", "messageID", "messageMetaData", "state", "storageContext"])
            self.assertEqual(body["state"], state)
            self.assertNotIn("persistence", body["storageContext"])
        whole = told[-1][1]
        self.assertEqual(sorted(whole), ["messageID", "messageMetaData", "messageSecurityContext", "storageContext"])
        self.assertEqual(whole["messageMetaData"], message("t-1")["messageMetaData"])
        self.assertEqual(whole["storageContext"]["persistence"], {"S3": True, "metaData": True})
        self.assertNotIn(self.key, json.dumps(told))

        headers = {"x-api-key": self.key}
        status, record = call(f"/ingest/default/records/{message_id}", headers=headers)
        self.assertEqual((status, record["state"]), (200, "archived"))
        request = urllib.request.Request(f"{ENDPOINT}/ingest/default/records/{message_id}/payload", headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            self.assertEqual(answer.read(), PAYLOAD)

    def subscribed_once_there(self, sqs, sns):
        for _ in range(200):
            if any(topic["TopicArn"] == TOPIC for topic in sns.list_topics()["Topics"]):
                return self.subscribed(sqs, sns)
        self.fail("there is no topic")

    def test_what_the_sample_accepts_and_loses_is_refused(self):
        for body, code in [
            (message("t-2", dateTime="01.12.2023"), "InvalidMetaData"),
            ({**message("t-3"), "messagePayload": {"an": "object"}}, "InvalidPayload"),
            ({**message("t-4"), "messagePayload": "gr%n"}, "InvalidPayload"),
        ]:
            status, refusal = self.send(body)
            self.assertEqual((status, refusal["error"]), (400, code), refusal)
        self.assertEqual(call("/ingestMessage", b"{}", {"x-api-key": "not-a-key-of-anybody"})[0], 403)

    def test_a_retry_is_the_same_record(self):
        _, first = self.send(message("t-5"))
        status, again = self.send(message("t-5"))
        self.assertEqual((status, again), (200, first))
        status, conflict = self.send(message("t-5", messageType="OTHER"))
        self.assertEqual((status, conflict["error"], conflict["messageID"]), (409, "TransactionConflict", first["messageID"]))


if __name__ == "__main__":
    unittest.main()
