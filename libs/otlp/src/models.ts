/**
 * Providers as the semantic conventions name them (otlp-dialects rule 8). A client-specific suffix (`openai.chat`) is cut
 * where the first word is a provider.
 */
const aliases: Record<string, string> = {
  'az.ai.openai': 'azure',
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'azure-openai': 'azure',
  azure_openai: 'azure',
  azureopenai: 'azure',
  vertex_ai: 'gcp.vertex_ai',
  vertexai: 'gcp.vertex_ai',
  'vertex-ai': 'gcp.vertex_ai',
  'google.vertex': 'gcp.vertex_ai',
  'gcp.vertex_ai': 'gcp.vertex_ai',
  'gcp.vertex.agent': 'gcp.vertex_ai',
  gemini: 'gcp.gemini',
  googleai: 'gcp.gemini',
  'google-ai': 'gcp.gemini',
  google_genai: 'gcp.gemini',
  'google.generative-ai': 'gcp.gemini',
  'gcp.gemini': 'gcp.gemini',
  'aws.bedrock': 'aws.bedrock',
  amazon: 'aws.bedrock',
  'amazon-bedrock': 'aws.bedrock',
  amazon_bedrock: 'aws.bedrock',
  bedrock: 'aws.bedrock',
  xai: 'x_ai',
  x_ai: 'x_ai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  mistral_ai: 'mistral_ai',
  openai: 'openai',
  azure: 'azure',
  anthropic: 'anthropic',
  cohere: 'cohere',
  groq: 'groq',
  deepseek: 'deepseek',
  perplexity: 'perplexity',
  fireworks: 'fireworks',
  together: 'together',
  togetherai: 'together',
  ollama: 'ollama',
  openrouter: 'openrouter',
  cerebras: 'cerebras',
  'ibm.watsonx.ai': 'ibm.watsonx.ai',
  'vertex ai': 'gcp.vertex_ai',
  'aws bedrock': 'aws.bedrock',
};

/** Clients that know a provider by the address of its API alone. */
const hosts: readonly (readonly [RegExp, string])[] = [
  [/^api\.(openai|anthropic|groq|deepseek|perplexity|together|fireworks|cerebras)\.(com|ai|xyz)$/, ''],
  [/^api\.cohere\.(com|ai)$/, 'cohere'],
  [/^api\.mistral\.ai$/, 'mistral_ai'],
  [/^api\.x\.ai$/, 'x_ai'],
  [/^api\.moonshot\.(ai|cn)$/, 'moonshot_ai'],
  [/^generativelanguage\.googleapis\.com$/, 'gcp.gemini'],
  [/(^|[.-])aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/\.(openai|services\.ai|cognitiveservices)\.azure\.com$/, 'azure'],
  [/^bedrock[a-z-]*\.[a-z0-9-]+\.amazonaws\.com$/, 'aws.bedrock'],
];

/** Frameworks that sign as the provider say nothing about who served the call. */
const frameworks = new Set([
  'langchain',
  'langsmith',
  'langgraph',
  'llamaindex',
  'genkit',
  'crewai',
  'vercel',
  'ai',
  'unknown',
]);

const modelFamilies: readonly (readonly [RegExp, string])[] = [
  [/^(gpt-|chatgpt-|o[1345](-|$)|text-embedding-|text-davinci|davinci|whisper|tts-|dall-e|omni-moderation)/, 'openai'],
  [/^claude/, 'anthropic'],
  [/^(gemini|gemma|text-bison|chat-bison)/, 'gcp.gemini'],
  [/^(mistral|mixtral|codestral|ministral|pixtral|magistral)/, 'mistral_ai'],
  [/^(command|embed-english|embed-multilingual|rerank-)/, 'cohere'],
  [/^grok/, 'x_ai'],
  [/^deepseek/, 'deepseek'],
];

export function normaliseProvider(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const lower = given.trim().toLowerCase();
  if (lower === '' || frameworks.has(lower)) return undefined;
  return knownProvider(lower) ?? providerOfHost(lower) ?? lower;
}

/** An empty name above stands for the host's own. */
function providerOfHost(given: string): string | undefined {
  if (!given.includes('.')) return undefined;
  const found = hosts.find(([pattern]) => pattern.test(given));
  return found === undefined ? undefined : found[1] || given.split('.')[1];
}

/** The provider's name where it is one we know, in any client's spelling. */
export function knownProvider(given: string): string | undefined {
  const words = given.toLowerCase().split('.');
  for (let length = words.length; length > 0; length -= 1) {
    const head = words.slice(0, length).join('.');
    if (Object.hasOwn(aliases, head)) return aliases[head];
  }
  return undefined;
}

/** Who makes a model of this name, for clients that do not name a provider. */
export function providerOfModel(model: string | undefined): string | undefined {
  const name = model?.toLowerCase();
  if (name === undefined) return undefined;
  return modelFamilies.find(([pattern]) => pattern.test(name))?.[1];
}

/** `gpt-4o-2024-08-06` and `claude-3-5-sonnet-20241022` without the date of the snapshot. */
export function withoutDate(model: string): string;
export function withoutDate(model: string | undefined): string | undefined;
export function withoutDate(model: string | undefined): string | undefined {
  return model?.replace(/[-@](\d{4}-\d{2}-\d{2}|20\d{6})$/, '');
}
