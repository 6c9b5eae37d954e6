import { putItem } from '../ports/table.mjs';

/** Writes the updates of a batch into the table. An update may come twice: it says how much there is, not how much more. */
export const handler = async ({ Records }) => {
  const batchItemFailures = [];
  for (const { messageId, body } of Records) {
    try {
      const { sku, quantity } = JSON.parse(body);
      if (!/^\d+$/.test(quantity ?? '')) throw new Error(`${sku} has no quantity: ${quantity}`);
      await putItem(process.env.TABLE, sku, { sku, quantity: Number(quantity) });
    } catch (fault) {
      console.error(fault.message);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
};
