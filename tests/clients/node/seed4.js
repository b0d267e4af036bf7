// Stories of the fourth seed: its own calls of `V0alpha2Api`, in the order and with the arguments in which its pages make them.

const told = JSON.parse(process.argv[3]);
/** The old package, or its names over today's client. */
const { Configuration, V0alpha2Api } = require(told.names_only ? "./v0alpha2.js" : "@ory/client");
const { asked, axiosOf, dress, hiddenToken, kept, outcome, tell } = require("./browser.js");

dress(axiosOf(told.names_only ? "@ory/kratos-client" : "@ory/client"));

/** src/ory.ts of the document. */
const client = (url) => new V0alpha2Api(new Configuration({ basePath: url, baseOptions: { withCredentials: true } }));

/** handleSubmit of the document's registration page. */
const submitted = (ory, flow, { email, password }, over) =>
  outcome(
    ory.submitSelfServiceRegistrationFlow(String(flow.id), {
      method: "password",
      password,
      traits: { email },
      csrf_token: hiddenToken(flow),
      ...over,
    }),
  );

async function signedOut({ url }) {
  return { ...(await outcome(client(url).toSession())), asked };
}

async function registration({ url, options, ...person }) {
  const ory = client(url);
  const { data: flow } = await ory.initializeSelfServiceRegistrationFlowForBrowsers(options);
  const { data: again } = await ory.getSelfServiceRegistrationFlow(String(flow.id));
  const done = await submitted(ory, flow, person);
  return { flow, again, done, goTo: done.data.continue_with?.[0]?.redirect_browser_to || "/dashboard", cookies: [...kept.keys()] };
}

async function mistakes({ url, ...person }) {
  const ory = client(url);
  const { data: flow } = await ory.initializeSelfServiceRegistrationFlowForBrowsers({});
  const found = {
    short: await submitted(ory, flow, person, { password: "short" }),
    address: await submitted(ory, flow, person, { traits: { email: "no-address" } }),
    empty: await submitted(ory, flow, person, { password: "" }),
    tokenless: await submitted(ory, flow, person, { csrf_token: undefined }),
    unknown: await outcome(ory.getSelfServiceRegistrationFlow("00000000-0000-4000-8000-000000000000")),
  };
  kept.clear();
  found.foreign = await outcome(ory.getSelfServiceRegistrationFlow(String(flow.id)));
  return found;
}

async function signedIn({ url, ...person }) {
  const ory = client(url);
  const { data: flow } = await ory.initializeSelfServiceRegistrationFlowForBrowsers({});
  await submitted(ory, flow, person);
  const { data: unused } = await ory.initializeSelfServiceRegistrationFlowForBrowsers({});
  const { data: entrance } = await ory.initializeSelfServiceLoginFlowForBrowsers();
  const entered = await outcome(
    ory.submitSelfServiceLoginFlow(String(entrance.id), {
      method: "password", identifier: person.email, password: person.password, csrf_token: hiddenToken(entrance),
    }),
  );
  return {
    entered,
    session: await outcome(ory.toSession()),
    started: await outcome(ory.initializeSelfServiceRegistrationFlowForBrowsers({})),
    sent: await submitted(ory, unused, person),
  };
}

tell({ signedOut, registration, mistakes, signedIn });
