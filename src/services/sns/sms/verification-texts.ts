/** One-time passwords of the sandbox, in the languages that API reference, CreateSMSSandboxPhoneNumber, names. */
const texts = {
  'en-US': (password: string) => `Your verification code is ${password}.`,
  'en-GB': (password: string) => `Your verification code is ${password}.`,
  'es-419': (password: string) => `Tu código de verificación es ${password}.`,
  'es-ES': (password: string) => `Tu código de verificación es ${password}.`,
  'de-DE': (password: string) => `Ihr Bestätigungscode lautet ${password}.`,
  'fr-CA': (password: string) => `Votre code de vérification est ${password}.`,
  'fr-FR': (password: string) => `Votre code de vérification est ${password}.`,
  'it-IT': (password: string) => `Il tuo codice di verifica è ${password}.`,
  'ja-JP': (password: string) => `確認コードは ${password} です。`,
  'pt-BR': (password: string) => `Seu código de verificação é ${password}.`,
  'kr-KR': (password: string) => `인증 코드는 ${password}입니다.`,
  'zh-CN': (password: string) => `您的验证码是 ${password}。`,
  'zh-TW': (password: string) => `您的驗證碼是 ${password}。`,
} as const;

export type Language = keyof typeof texts;

export function isLanguage(code: string): code is Language {
  return Object.hasOwn(texts, code);
}

export function passwordText(language: Language, password: string): string {
  return texts[language](password);
}
