import type { SmsConfig, SmsGuardsConfig, SmsRate } from './config.js';
import type { SmsGuardsSection, SmsRateSection, SmsSection } from './sections.js';

/** US price of a part at the time of writing; https://aws.amazon.com/sns/sms-pricing/. */
const pricePerPartUsdDefault = 0.00645;
const messagesPerSecondDefault = 20;

export function smsConfig(sms: SmsSection): SmsConfig {
  return {
    provider: sms.url === undefined ? undefined : { url: sms.url, headers: { ...sms.headers } },
    pricePerPartUsd: sms.pricePerPartUsd ?? pricePerPartUsdDefault,
    messagesPerSecond: sms.messagesPerSecond ?? messagesPerSecondDefault,
    sandbox: sms.sandbox ?? false,
    originationNumbers: structuredClone(sms.originationNumbers ?? []),
    guards: guardsConfig(sms.guards ?? {}),
  };
}

function guardsConfig({ countries, perNumber, perSource, pauses, runs, conversion }: SmsGuardsSection): SmsGuardsConfig {
  return {
    countries: countries && [...countries],
    perNumber: perNumber && rate(perNumber, 5),
    perSource: perSource && rate(perSource, 100),
    pauses: pauses && {
      firstMs: ms(pauses.firstSeconds, 30),
      maxMs: ms(pauses.maxSeconds, 3_600),
      forgetAfterMs: ms(pauses.forgetAfterSeconds, 86_400),
    },
    runs: runs && { numbers: runs.numbers ?? 5, span: runs.span ?? 10, windowMs: ms(runs.windowSeconds, 300) },
    conversion: conversion && {
      threshold: conversion.threshold ?? 0.3,
      windowMs: ms(conversion.windowSeconds, 3_600),
      messagesMin: conversion.messagesMin ?? 20,
      graceMs: ms(conversion.graceSeconds, 300),
      refuse: conversion.refuse ?? false,
    },
  };
}

function rate({ messages, windowSeconds }: SmsRateSection, messagesDefault: number): SmsRate {
  return { max: messages ?? messagesDefault, windowMs: ms(windowSeconds, 300) };
}

function ms(seconds: number | undefined, secondsDefault: number): number {
  return 1_000 * (seconds ?? secondsDefault);
}
