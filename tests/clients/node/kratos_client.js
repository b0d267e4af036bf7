// Stories of @ory/kratos-client: a native app, a single-page app, an operator.

const { Configuration, FrontendApi, IdentityApi } = require("@ory/kratos-client");
const { axiosOf, dress, hiddenToken, kept, outcome, tell } = require("./browser.js");

async function native({ url, email, password }) {
  const front = new FrontendApi(new Configuration({ basePath: url }));
  const { data: form } = await front.createNativeRegistrationFlow();
  const updateRegistrationFlowBody = { method: "password", password, traits: { email } };
  const { data: created } = await front.updateRegistrationFlow({ flow: form.id, updateRegistrationFlowBody });
  const { data: first } = await front.toSession({ xSessionToken: created.session_token });

  const { data: entrance } = await front.createNativeLoginFlow();
  const updateLoginFlowBody = { method: "password", identifier: email, password };
  const { data: entered } = await front.updateLoginFlow({ flow: entrance.id, updateLoginFlowBody });
  const { data: others } = await front.listMySessions({ xSessionToken: entered.session_token });

  const performNativeLogoutBody = { session_token: entered.session_token };
  const left = await front.performNativeLogout({ performNativeLogoutBody });
  const afterwards = await outcome(front.toSession({ xSessionToken: entered.session_token }));
  return { created, first, entered, others, left: left.status, afterwards };
}

async function browser({ url, email, password }) {
  dress(axiosOf("@ory/kratos-client"));
  const front = new FrontendApi(new Configuration({ basePath: url, baseOptions: { withCredentials: true } }));
  const nobody = await outcome(front.toSession());
  const { data: form } = await front.createBrowserRegistrationFlow();
  const { data: again } = await front.getRegistrationFlow({ id: form.id });
  const mine = { method: "password", csrf_token: hiddenToken(form), traits: { email } };
  const short = await outcome(
    front.updateRegistrationFlow({ flow: form.id, updateRegistrationFlowBody: { ...mine, password: "short" } }),
  );
  const { data: created } = await front.updateRegistrationFlow({
    flow: form.id,
    updateRegistrationFlowBody: { ...mine, password },
  });
  const { data: session } = await front.toSession();
  const already = await outcome(front.createBrowserLoginFlow());

  const { data: leaving } = await front.createBrowserLogoutFlow();
  const left = await front.updateLogoutFlow({ token: leaving.logout_token });
  const afterwards = await outcome(front.toSession());

  const { data: entrance } = await front.createBrowserLoginFlow();
  const updateLoginFlowBody = {
    method: "password", csrf_token: hiddenToken(entrance), identifier: email, password,
  };
  const { data: entered } = await front.updateLoginFlow({ flow: entrance.id, updateLoginFlowBody });
  const { data: present } = await front.toSession();
  return {
    nobody, same: again.id === form.id, short, created, session, already, left: left.status, afterwards, entered, present,
    cookies: [...kept.keys()],
  };
}

async function operator({ url, email, password }) {
  const admin = new IdentityApi(new Configuration({ basePath: url }));
  const createIdentityBody = {
    schema_id: "default", traits: { email }, credentials: { password: { config: { password } } },
  };
  const { data: made } = await admin.createIdentity({ createIdentityBody });
  const { data: found } = await admin.getIdentity({ id: made.id });
  const { data: listed } = await admin.listIdentities({ credentialsIdentifier: email });
  const sessions = await outcome(admin.listIdentitySessions({ id: made.id }));
  const removed = await admin.deleteIdentity({ id: made.id });
  const afterwards = await outcome(admin.getIdentity({ id: made.id }));
  return { made, found, listed, sessions, removed: removed.status, afterwards };
}

tell({ native, browser, operator });
