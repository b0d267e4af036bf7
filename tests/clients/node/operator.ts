// Every operation of the specification's admin interface, by @ory/kratos-client, against its own types.
// What is called is noted, so that the test sees whether anything was left out.

import {
  Configuration,
  CourierApi,
  CourierMessageStatus,
  CreateIdentityBody,
  FrontendApi,
  Identity,
  IdentityApi,
  JsonPatch,
  MetadataApi,
  Message,
  RecoveryCodeForIdentity,
  Session,
  SuccessfulNativeLogin,
} from "@ory/kratos-client";

interface Told {
  admin: string;
  public: string;
  email: string;
  password: string;
}
interface Answer {
  status: number;
  data: unknown;
}

const ABSENT = "00000000-0000-4000-8000-000000000000";
const called = new Set<string>();

/** The client with its calls noted. */
function noting<T extends object>(api: T): T {
  return new Proxy(api, {
    get(target: T, name: string | symbol): unknown {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== "function") return found;
      called.add(String(name));
      return found.bind(target);
    },
  });
}

/** The names of all operations that a client offers. */
const offered = (api: { prototype: object }): string[] =>
  Object.getOwnPropertyNames(api.prototype).filter((name) => name !== "constructor");

/** The status of a call, whether it was refused or not. */
async function status(call: Promise<Answer>): Promise<number> {
  try {
    return (await call).status;
  } catch (error) {
    const response = (error as { response?: Answer }).response;
    if (!response) throw error;
    return response.status;
  }
}

/** What is there as soon as it is: a message is made right behind the answer. */
async function eventually<T>(ask: () => Promise<T[]>): Promise<T[]> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await ask();
    if (found.length) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return [];
}

async function signedIn(front: FrontendApi, email: string, password: string): Promise<SuccessfulNativeLogin> {
  const { data: form } = await front.createNativeLoginFlow();
  const { data } = await front.updateLoginFlow({
    flow: form.id,
    updateLoginFlowBody: { method: "password", identifier: email, password },
  });
  return data;
}

async function identities(api: IdentityApi, told: Told) {
  const createIdentityBody: CreateIdentityBody = {
    schema_id: "default",
    traits: { email: told.email },
    external_id: `outside-${told.email}`,
    credentials: {
      password: { config: { password: told.password } },
      oidc: { config: { providers: [{ provider: "acme", subject: told.email }] } },
    },
  };
  const { data: made } = await api.createIdentity({ createIdentityBody });
  const { data: outside } = await api.getIdentityByExternalID({ externalID: `outside-${told.email}` });
  const { data: found } = await api.getIdentity({ id: made.id, includeCredential: ["password", "oidc"] });
  const { data: listed } = await api.listIdentities({ credentialsIdentifier: told.email });
  const { data: replaced } = await api.updateIdentity({
    id: made.id,
    updateIdentityBody: {
      schema_id: "default", traits: { email: told.email }, state: "inactive", metadata_public: { tier: "gold" },
    },
  });
  const steps: JsonPatch[] = [
    { op: "replace", path: "/state", value: "active" },
    { op: "remove", path: "/metadata_public/tier" },
  ];
  const { data: patched } = await api.patchIdentity({ id: made.id, jsonPatch: steps });
  const forbidden = await status(
    api.patchIdentity({ id: made.id, jsonPatch: [{ op: "replace", path: "/id", value: ABSENT }] }),
  );
  const removed = await status(
    api.deleteIdentityCredentials({ id: made.id, type: "oidc", identifier: `acme:${told.email}` }),
  );
  const { data: left } = await api.getIdentity({ id: made.id });
  return { made, outside, found, listed, replaced, patched, forbidden, removed, left };
}

async function batch(api: IdentityApi, told: Told) {
  const create = (email: string): CreateIdentityBody => ({ schema_id: "default", traits: { email } });
  const { data } = await api.batchPatchIdentities({
    patchIdentitiesBody: {
      identities: [
        { create: create(`batch-${told.email}`), patch_id: ABSENT },
        { create: create("nonsense"), patch_id: ABSENT },
      ],
    },
  });
  return (data.identities ?? []).map((each) => each.action);
}

async function sessions(api: IdentityApi, front: FrontendApi, identity: Identity, told: Told) {
  const first = await signedIn(front, told.email, told.password);
  const second = await signedIn(front, told.email, told.password);
  const { data: shown } = await api.getSession({ id: first.session.id, expand: ["identity", "devices"] });
  const { data: everybody } = await api.listSessions({ active: true, pageSize: 1000, expand: ["identity"] });
  const { data: extended }: { data: Session } = await api.extendSession({ id: first.session.id });
  const ended = await status(api.disableSession({ id: first.session.id }));
  const { data: open } = await api.listIdentitySessions({ id: identity.id, active: true });
  const allEnded = await status(api.deleteIdentitySessions({ id: identity.id }));
  const afterwards = await status(front.toSession({ xSessionToken: second.session_token }));
  return {
    shown, extended, ended, allEnded, afterwards,
    everybody: everybody.map((each) => each.id),
    open: open.map((each) => each.id),
    ids: [first.session.id, second.session.id],
  };
}

async function recovery(api: IdentityApi, courier: CourierApi, front: FrontendApi, identity: Identity, told: Told) {
  const { data: code }: { data: RecoveryCodeForIdentity } = await api.createRecoveryCodeForIdentity({
    createRecoveryCodeForIdentityBody: { identity_id: identity.id, expires_in: "10m" },
  });
  const { data: link } = await api.createRecoveryLinkForIdentity({
    createRecoveryLinkForIdentityBody: { identity_id: identity.id },
  });
  const { data: form } = await front.createNativeRecoveryFlow();
  await front.updateRecoveryFlow({
    flow: form.id,
    updateRecoveryFlowBody: { method: "code", email: told.email },
  });
  const [message] = await eventually<Message>(
    async () => (await courier.listCourierMessages({ recipient: told.email })).data,
  );
  const { data: read } = await courier.getCourierMessage({ id: message.id });
  const { data: abandoned } = await courier.listCourierMessages({
    recipient: told.email, status: CourierMessageStatus.Abandoned,
  });
  const absent = await status(courier.getCourierMessage({ id: ABSENT }));
  return { code, link, read, abandoned, absent };
}

async function about(api: IdentityApi, metadata: MetadataApi) {
  const { data: schemas } = await api.listIdentitySchemas();
  const { data: schema } = await api.getIdentitySchema({ id: schemas[0].id });
  const alive = await status(metadata.isAlive());
  const ready = await status(metadata.isReady());
  const { data: version } = await metadata.getVersion();
  return { schemas, schema, alive, ready, version };
}

async function operator(told: Told) {
  const admin = new Configuration({ basePath: told.admin });
  const api = noting(new IdentityApi(admin));
  const courier = noting(new CourierApi(admin));
  const metadata = noting(new MetadataApi(admin));
  const front = new FrontendApi(new Configuration({ basePath: told.public }));
  const kept = await identities(api, told);
  const story = {
    kept,
    batch: await batch(api, told),
    sessions: await sessions(api, front, kept.made, told),
    recovery: await recovery(api, courier, front, kept.made, told),
    about: await about(api, metadata),
    removed: await status(api.deleteIdentity({ id: kept.made.id })),
    afterwards: await status(api.getIdentity({ id: kept.made.id })),
  };
  const all = [IdentityApi, CourierApi, MetadataApi].flatMap(offered);
  return { ...story, offered: all.length, left: all.filter((name) => !called.has(name)) };
}


operator(JSON.parse(process.argv[3])).then(
  (found) => console.log(JSON.stringify(found)),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
