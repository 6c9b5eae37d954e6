/** Writes a letter to who has signed up. What it returns, or throws, is in the record for its destination. */
export const handler = async ({
  Records: [
    {
      Sns: { Message },
    },
  ],
}) => {
  const { name } = JSON.parse(Message);
  if (name === undefined) throw new Error('nobody to write to');
  return { letter: `Dear ${name}, welcome!` };
};
