import {
  apiKeyCreated,
  onboarding,
  page,
  PlimsollError,
  type Project,
  project,
  type Scope,
  signInLink,
} from '@plimsoll/contract';

/** The few calls that `start` makes to the API it has just brought up. */
export class ApiClient {
  private cookie: string | null = null;

  constructor(
    private readonly baseUrl: string,
    private readonly adminKey: string,
  ) {}

  /** A token for one sign-in as the owner. */
  async signInToken(): Promise<string> {
    const answer = await this.call('POST', '/api/v1/sign-in-links', { body: {}, key: true });
    return signInLink.parse(answer).token;
  }

  /** Signs this client in, so that it may work in any project of the organisation. */
  async signIn(): Promise<void> {
    await this.call('POST', '/api/v1/session', { body: { token: await this.signInToken() } });
  }

  async signOut(): Promise<void> {
    await this.call('DELETE', '/api/v1/session', {});
    this.cookie = null;
  }

  async projects(): Promise<Project[]> {
    return page(project).parse(await this.call('GET', '/api/v1/projects', {})).items;
  }

  /** True when the default project has ever received a span. */
  async hasSpans(): Promise<boolean> {
    return onboarding.parse(await this.call('GET', '/api/v1/onboarding', {})).firstSpanAt !== null;
  }

  async createDemoProject(): Promise<Project> {
    const body = { name: 'Demo', slug: 'demo', simulated: true };
    return project.parse(await this.call('POST', '/api/v1/projects', { body }));
  }

  /** @returns the whole key; it cannot be had again. */
  async createKey(projectId: string, name: string, scopes: readonly Scope[]): Promise<string> {
    const answer = await this.call('POST', '/api/v1/keys', { body: { name, scopes }, project: projectId });
    return apiKeyCreated.parse(answer).secret;
  }

  private async call(
    method: string,
    path: string,
    options: { body?: unknown; project?: string; key?: boolean },
  ): Promise<unknown> {
    const headers: Record<string, string> = { origin: this.baseUrl };
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    if (options.project !== undefined) headers['x-plimsoll-project'] = options.project;
    if (options.key === true) headers['authorization'] = `Bearer ${this.adminKey}`;
    else if (this.cookie !== null) headers['cookie'] = this.cookie;
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
    });
    const text = await response.text();
    if (!response.ok) throw new PlimsollError('unavailable', `${method} ${path} answered ${response.status}: ${text}`);
    const setCookie = response.headers.get('set-cookie');
    if (setCookie !== null) this.cookie = setCookie.split(';', 1)[0] ?? null;
    return text === '' ? null : JSON.parse(text);
  }
}
