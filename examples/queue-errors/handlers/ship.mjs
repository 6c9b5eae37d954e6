/** Ships the orders of a batch, and says which of its messages failed: the others are done with. */
export const handler = async ({ Records }) => {
  const batchItemFailures = [];
  for (const { messageId, body } of Records) {
    try {
      ship(JSON.parse(body));
    } catch (fault) {
      console.error(`${body}: ${fault.message}`);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};

function ship({ order, address }) {
  if (address === undefined) throw new Error(`order ${order} has no address`);
  console.log(`order ${order} is on its way to ${address}`);
}
