"""A session with topics over boto3, client and resource, against the broker at AWS_ENDPOINT_URL, whose test clock is on."""

import json
import os
import unittest
import urllib.request
from urllib.parse import quote

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


def page(path):
    with urllib.request.urlopen(f"{ENDPOINT}/_signalbox/{path}", timeout=10) as answer:
        return json.load(answer)


def advance(seconds):
    body = json.dumps({"advanceMs": seconds * 1000}).encode()
    urllib.request.urlopen(f"{ENDPOINT}/_signalbox/clock", body, timeout=10).close()


class TopicsTest(unittest.TestCase):
    def setUp(self):
        self.sns = boto3.client("sns", **SETTINGS)
        self.sqs = boto3.client("sqs", **SETTINGS)
        self.addCleanup(self.sns.close)
        self.addCleanup(self.sqs.close)

    def topic(self, name, **attributes):
        return self.sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]

    def queue(self, name, **attributes):
        """URL and ARN of a new queue."""
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def subscribe(self, topic, queue, **attributes):
        request = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue, "Attributes": attributes}
        return self.sns.subscribe(**request, ReturnSubscriptionArn=True)["SubscriptionArn"]

    def receive(self, url):
        request = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "AttributeNames": ["All"]}
        messages = self.sqs.receive_message(**request).get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return messages

    def envelopes(self, url):
        return [json.loads(message["Body"]) for message in self.receive(url)]

    def refused(self, kind, code, status, call, **request):
        with self.assertRaises(getattr(self.sns.exceptions, kind) if kind else ClientError) as caught:
            call(**request)
        response = caught.exception.response
        self.assertEqual((response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]), (code, status))
        return response["Error"]["Message"]

    def test_publish(self):
        topic = self.topic("boto3-publish")
        self.assertEqual(topic, "arn:aws:sns:us-east-1:000000000000:boto3-publish")
        wrapped, wrapped_arn = self.queue("boto3-wrapped")
        raw, raw_arn = self.queue("boto3-raw")
        self.subscribe(topic, wrapped_arn)
        self.subscribe(topic, raw_arn, RawMessageDelivery="true")
        attributes = {
            "Hello": {"DataType": "String", "StringValue": "There"},
            "Bytes": {"DataType": "Binary", "BinaryValue": bytes(range(256))},
        }
        sent = self.sns.publish(TopicArn=topic, Message=TEXT, Subject="Signal", MessageAttributes=attributes)
        [envelope] = self.envelopes(wrapped)
        self.assertEqual(
            (envelope["Type"], envelope["MessageId"], envelope["TopicArn"], envelope["Subject"], envelope["Message"]),
            ("Notification", sent["MessageId"], topic, "Signal", TEXT),
        )
        self.assertEqual(envelope["MessageAttributes"]["Hello"], {"Type": "String", "Value": "There"})
        [message] = self.receive(raw)
        self.assertEqual((message["Body"], message["MessageAttributes"]), (TEXT, attributes))

        texts = json.dumps({"default": "for others", "sqs": "for queues"})
        self.sns.publish(TargetArn=topic, Message=texts, MessageStructure="json")
        self.assertEqual([message["Body"] for message in self.receive(raw)], ["for queues"])

    def test_publish_batch(self):
        topic = self.topic("boto3-batch")
        raw, arn = self.queue("boto3-batch")
        self.subscribe(topic, arn, RawMessageDelivery="true")
        entries = [{"Id": str(number), "Message": f"{TEXT} {number}"} for number in range(3)]
        answer = self.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[*entries, {"Id": "odd", "Message": "x", "Subject": "a\nb"}])
        self.assertEqual([entry["Id"] for entry in answer["Successful"]], ["0", "1", "2"])
        self.assertEqual([(entry["Id"], entry["Code"], entry["SenderFault"]) for entry in answer["Failed"]], [("odd", "InvalidParameter", True)])
        self.assertCountEqual([message["Body"] for message in self.receive(raw)], [entry["Message"] for entry in entries])

    def test_filters(self):
        topic = self.topic("boto3-filters")
        kinds, kinds_arn = self.queue("boto3-kinds")
        bodies, bodies_arn = self.queue("boto3-bodies")
        by_kind = self.subscribe(topic, kinds_arn, FilterPolicy=json.dumps({"kind": [{"prefix": "or"}], "price": [{"numeric": [">", 10]}]}))
        self.subscribe(topic, bodies_arn, FilterPolicyScope="MessageBody", FilterPolicy=json.dumps({"order": {"lines": [{"exists": True}]}}))

        def publish(message, kind, price):
            attributes = {"kind": {"DataType": "String", "StringValue": kind}, "price": {"DataType": "Number", "StringValue": price}}
            self.sns.publish(TopicArn=topic, Message=message, MessageAttributes=attributes)

        publish('{"order": {"lines": 1}}', "order", "10")
        publish("no JSON", "order", "10.5")
        self.assertEqual([envelope["Message"] for envelope in self.envelopes(kinds)], ["no JSON"])
        self.assertEqual([envelope["Message"] for envelope in self.envelopes(bodies)], ['{"order": {"lines": 1}}'])
        self.sns.set_subscription_attributes(SubscriptionArn=by_kind, AttributeName="FilterPolicy", AttributeValue="")
        publish("unfiltered", "offer", "1")
        self.assertEqual([envelope["Message"] for envelope in self.envelopes(kinds)], ["unfiltered"])

    def test_fifo(self):
        topic = self.topic("boto3.fifo", FifoTopic="true", ContentBasedDeduplication="true")
        url, arn = self.queue("boto3-topic.fifo", FifoQueue="true")
        self.subscribe(topic, arn)
        first = self.sns.publish(TopicArn=topic, Message="a", MessageGroupId="g")
        again = self.sns.publish(TopicArn=topic, Message="a", MessageGroupId="g")
        second = self.sns.publish(TopicArn=topic, Message="b", MessageGroupId="g", MessageDeduplicationId="own")
        self.assertEqual((again["MessageId"], again["SequenceNumber"]), (first["MessageId"], first["SequenceNumber"]))
        self.assertLess(first["SequenceNumber"], second["SequenceNumber"])
        messages = self.receive(url)
        self.assertEqual([json.loads(message["Body"])["Message"] for message in messages], ["a", "b"])
        self.assertEqual([message["Attributes"]["MessageDeduplicationId"] for message in messages][1], "own")
        advance(300)
        self.assertNotEqual(self.sns.publish(TopicArn=topic, Message="a", MessageGroupId="g")["MessageId"], first["MessageId"])
        text = self.refused("InvalidParameterException", "InvalidParameter", 400, self.sns.publish, TopicArn=topic, Message="c")
        self.assertIn("MessageGroupId", text)

    def test_topic(self):
        topic = self.sns.create_topic(Name="boto3-topic", Tags=[{"Key": "team", "Value": "blue"}])["TopicArn"]
        self.sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Signals")
        attributes = self.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        self.assertEqual((attributes["DisplayName"], attributes["Owner"], attributes["SubscriptionsConfirmed"]), ("Signals", "000000000000", "0"))

        self.sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "line", "Value": "north"}])
        self.sns.untag_resource(ResourceArn=topic, TagKeys=["team"])
        self.assertEqual(self.sns.list_tags_for_resource(ResourceArn=topic)["Tags"], [{"Key": "line", "Value": "north"}])

        self.sns.add_permission(TopicArn=topic, Label="friends", AWSAccountId=["111122223333"], ActionName=["Publish"])
        statements = json.loads(self.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"]
        self.assertEqual(statements[-1]["Principal"], {"AWS": "arn:aws:iam::111122223333:root"})
        self.sns.remove_permission(TopicArn=topic, Label="friends")
        statements = json.loads(self.sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])["Statement"]
        self.assertNotIn("friends", [statement["Sid"] for statement in statements])

        self.sns.delete_topic(TopicArn=topic)
        self.sns.delete_topic(TopicArn=topic)
        self.assertEqual(self.refused("NotFoundException", "NotFound", 404, self.sns.get_topic_attributes, TopicArn=topic), "Topic does not exist")

    def test_http(self):
        topic = self.topic("boto3-http")
        # Nobody listens there: the token comes from the broker's own page.
        answer = self.sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://127.0.0.1:9/hook")
        self.assertEqual(answer["SubscriptionArn"], "pending confirmation")
        [member] = self.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        self.assertEqual(member["SubscriptionArn"], "PendingConfirmation")
        [pending] = [one for one in page("subscriptions/pending")["subscriptions"] if one["topicArn"] == topic]
        self.refused("InvalidParameterException", "InvalidParameter", 400, self.sns.confirm_subscription, TopicArn=topic, Token="0" * 256)
        arn = self.sns.confirm_subscription(TopicArn=topic, Token=pending["token"], AuthenticateOnUnsubscribe="true")["SubscriptionArn"]
        self.assertEqual(arn, pending["subscriptionArn"])
        attributes = self.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        self.assertEqual((attributes["PendingConfirmation"], attributes["ConfirmationWasAuthenticated"]), ("false", "true"))
        self.sns.publish(TopicArn=topic, Message="waits")
        self.assertNotEqual(page(f"subscriptions/{quote(arn, safe='')}/deliveries")["deliveries"], [])
        self.sns.unsubscribe(SubscriptionArn=arn)
        self.sns.unsubscribe(SubscriptionArn=arn)
        self.refused("NotFoundException", "NotFound", 404, self.sns.get_subscription_attributes, SubscriptionArn=arn)

    def test_pages(self):
        topics = [self.topic(f"boto3-page-{number:03}") for number in range(101)]
        pages = [page["Topics"] for page in self.sns.get_paginator("list_topics").paginate()]
        self.assertEqual(len(pages[0]), 100)
        self.assertLessEqual(set(topics), {topic["TopicArn"] for page in pages for topic in page})
        for number in range(101):
            self.subscribe(topics[0], f"arn:aws:sqs:us-east-1:000000000000:none-{number}")
        pages = self.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topics[0])
        self.assertEqual([len(page["Subscriptions"]) for page in pages], [100, 1])
        listed = {member["Endpoint"] for page in self.sns.get_paginator("list_subscriptions").paginate() for member in page["Subscriptions"]}
        self.assertLessEqual({f"arn:aws:sqs:us-east-1:000000000000:none-{number}" for number in range(101)}, listed)

    def test_errors(self):
        topic = self.topic("boto3-errors")
        none = f"{topic}-none"
        invalid = "InvalidParameterException", "InvalidParameter", 400
        self.refused("NotFoundException", "NotFound", 404, self.sns.publish, TopicArn=none, Message="x")
        self.refused(*invalid, self.sns.publish, TopicArn=topic, Message="")
        self.refused(*invalid, self.sns.publish, TopicArn=topic, Message="x" * 262_145)
        self.refused(*invalid, self.sns.create_topic, Name="no spaces")
        self.refused(*invalid, self.sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint="no ARN")
        self.refused(*invalid, self.sns.subscribe, TopicArn=topic, Protocol="pigeon", Endpoint="x")
        self.refused("ResourceNotFoundException", "ResourceNotFound", 404, self.sns.tag_resource, ResourceArn=none, Tags=[{"Key": "a", "Value": "b"}])
        batch = [{"Id": "a", "Message": "x"}]
        self.refused("EmptyBatchRequestException", "EmptyBatchRequest", 400, self.sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[])
        distinct = "BatchEntryIdsNotDistinctException", "BatchEntryIdsNotDistinct", 400
        self.refused(*distinct, self.sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=batch * 2)
        many = [{"Id": str(number), "Message": "x"} for number in range(11)]
        too_many = "TooManyEntriesInBatchRequestException", "TooManyEntriesInBatchRequest", 400
        self.refused(*too_many, self.sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=many)
        empty = {"a": {"DataType": "String", "StringValue": ""}}
        value = "InvalidParameterValueException", "ParameterValueInvalid", 400
        self.refused(*value, self.sns.publish, TopicArn=topic, Message="x", MessageAttributes=empty)


class ResourceTest(unittest.TestCase):
    def test_topic(self):
        sns = boto3.resource("sns", **SETTINGS)
        self.addCleanup(sns.meta.client.close)
        topic = sns.create_topic(Name="boto3-resource")
        self.assertIn(topic, sns.topics.all())
        subscription = topic.subscribe(Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:000000000000:none", ReturnSubscriptionArn=True)
        subscription.set_attributes(AttributeName="RawMessageDelivery", AttributeValue="true")
        subscription.reload()
        self.assertEqual(subscription.attributes["RawMessageDelivery"], "true")
        self.assertEqual([one.arn for one in topic.subscriptions.all()], [subscription.arn])
        self.assertIn("MessageId", topic.publish(Message="x"))
        subscription.delete()
        self.assertEqual(list(topic.subscriptions.all()), [])
        topic.delete()


if __name__ == "__main__":
    unittest.main(verbosity=2)
