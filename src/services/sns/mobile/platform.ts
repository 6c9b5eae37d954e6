/**
 * The push services that applications can be of. API reference, CreatePlatformApplication: ADM, APNS, APNS_SANDBOX and GCM; developer guide,
 * "Using platform-specific payloads", has the keys of Apple's other services. Baidu, MPNS and WNS, which the reference no longer lists, are not supported.
 */
export const platforms = ['ADM', 'APNS', 'APNS_SANDBOX', 'APNS_VOIP', 'APNS_VOIP_SANDBOX', 'GCM', 'MACOS', 'MACOS_SANDBOX'] as const;

export type Platform = (typeof platforms)[number];

export function isPlatform(text: string): text is Platform {
  return (platforms as readonly string[]).includes(text);
}

export function isApple(platform: Platform): boolean {
  return platform !== 'ADM' && platform !== 'GCM';
}

/** Services that give the lifetime 0 a meaning of its own, "now or never", are handed it; developer guide, "TTL message attributes". */
export function takesZeroLifetime(platform: Platform): boolean {
  return platform === 'APNS' || platform === 'APNS_SANDBOX' || platform === 'GCM';
}

/**
 * Bytes that a service takes: Apple, "Generating a remote notification" (5 KB for VoIP, else 4 KB); Google, "About FCM messages"
 * (4,096); Amazon, "ADM message payload" (6 KB).
 */
export function payloadBytesMax(platform: Platform): number {
  switch (platform) {
    case 'APNS_VOIP':
    case 'APNS_VOIP_SANDBOX':
      return 5_120;
    case 'ADM':
      return 6_144;
    case 'APNS':
    case 'APNS_SANDBOX':
    case 'GCM':
    case 'MACOS':
    case 'MACOS_SANDBOX':
      return 4_096;
  }
}
