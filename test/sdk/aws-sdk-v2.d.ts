declare module 'aws-sdk/lib/maintenance_mode_message.js' {
  const notice: { suppress: boolean };
  export default notice;
}
