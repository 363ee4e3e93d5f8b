/** Who serves behind an address that speaks OpenAI's API, in the words of OpenTelemetry's GenAI conventions. */
const providers: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)api\.openai\.com$/, 'openai'],
  [/\.(openai|services\.ai|cognitiveservices)\.azure\.com$/, 'azure.ai.openai'],
  [/(^|[.-])aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/^generativelanguage\.googleapis\.com$/, 'gcp.gemini'],
  [/^bedrock[a-z-]*\.[a-z0-9-]+\.amazonaws\.com$/, 'aws.bedrock'],
  [/^api\.mistral\.ai$/, 'mistral_ai'],
  [/^api\.x\.ai$/, 'x_ai'],
  [/^api\.moonshot\.(ai|cn)$/, 'moonshot_ai'],
  [/^api\.groq\.com$/, 'groq'],
  [/^api\.deepseek\.com$/, 'deepseek'],
  [/^api\.perplexity\.ai$/, 'perplexity'],
  [/^api\.together\.(xyz|ai)$/, 'together'],
  [/^api\.fireworks\.ai$/, 'fireworks'],
  [/^api\.cerebras\.ai$/, 'cerebras'],
  [/^openrouter\.ai$/, 'openrouter'],
];

/**
 * The provider that a client sends to: OpenAI where it names no address. Undefined for a gateway or a server of your own,
 * which says nothing of who answers: the platform then goes by the model.
 */
export function providerOf(client: object): string | undefined {
  const address: unknown = 'baseURL' in client ? client.baseURL : undefined;
  if (typeof address !== 'string') return 'openai';
  try {
    const { hostname } = new URL(address);
    return providers.find(([pattern]) => pattern.test(hostname))?.[1];
  } catch {
    return undefined;
  }
}
