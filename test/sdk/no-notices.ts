/** Imported before the SDKs: they would warn, in each test file, of what is known: the old one is old, and Node 20 is supported here. */
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
