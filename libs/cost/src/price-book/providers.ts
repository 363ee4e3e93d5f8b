/** How telemetry and catalogues write a provider, to the price book's own name for it. */
const aliases: Readonly<Record<string, string>> = {
  'text-completion-openai': 'openai',
  chatgpt: 'openai',
  'gcp.gemini': 'gemini',
  'gcp.gen_ai': 'gemini',
  google: 'gemini',
  google_genai: 'gemini',
  googleai: 'gemini',
  google_ai_studio: 'gemini',
  'google.generative-ai': 'gemini',
  'google-generative-ai': 'gemini',
  palm: 'gemini',
  'gcp.vertex_ai': 'vertex_ai',
  vertexai: 'vertex_ai',
  'google.vertex': 'vertex_ai',
  'google-vertex': 'vertex_ai',
  'aws.bedrock': 'bedrock',
  'amazon-bedrock': 'bedrock',
  amazon_bedrock: 'bedrock',
  aws: 'bedrock',
  bedrock_converse: 'bedrock',
  bedrock_mantle: 'bedrock',
  'az.ai.openai': 'azure',
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure_ai',
  'az.ai.inference': 'azure_ai',
  azure_openai: 'azure',
  'azure-openai': 'azure',
  azure_text: 'azure',
  mistral_ai: 'mistral',
  mistralai: 'mistral',
  codestral: 'mistral',
  'text-completion-codestral': 'mistral',
  x_ai: 'xai',
  'x-ai': 'xai',
  cohere_chat: 'cohere',
  moonshotai: 'moonshot',
  moonshot_ai: 'moonshot',
  voyageai: 'voyage',
  together: 'together_ai',
  togetherai: 'together_ai',
  fireworks: 'fireworks_ai',
  'fireworks_ai-embedding-models': 'fireworks_ai',
  'ibm.watsonx.ai': 'watsonx',
  zhipuai: 'zai',
};

/** Client libraries that name provider and API together: `openai.chat`, `anthropic.messages`, `google.generative-ai`. */
const withApi = /^(openai|anthropic|azure|mistral|groq|cohere|deepseek|xai|perplexity|togetherai|fireworks)[.-]/;

export function canonicalProvider(name: string): string {
  const lower = name.trim().toLowerCase();
  const alias = aliases[lower];
  if (alias !== undefined) return alias;
  if (lower.startsWith('vertex_ai-')) return 'vertex_ai';
  const family = withApi.exec(lower)?.[1];
  return family === undefined ? lower : (aliases[family] ?? family);
}
