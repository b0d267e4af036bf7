// What does a browser add to a client library? Cookies that it keeps, and a memory of what was asked.

const kept = new Map();
const asked = [];

function keep(response) {
  for (const line of (response && response.headers["set-cookie"]) || []) {
    const [pair] = line.split(";");
    const name = pair.slice(0, pair.indexOf("="));
    const value = pair.slice(name.length + 1);
    if (value === "" || /max-age=0/i.test(line)) kept.delete(name);
    else kept.set(name, value);
  }
}

/** Let this axios have cookies. */
function dress(axios) {
  axios.interceptors.request.use((request) => {
    asked.push(`${request.method.toUpperCase()} ${request.url}`);
    const cookie = [...kept].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookie) request.headers["Cookie"] = cookie;
    return request;
  });
  axios.interceptors.response.use(
    (response) => {
      keep(response);
      return response;
    },
    (error) => {
      keep(error.response);
      return Promise.reject(error);
    },
  );
  return axios;
}

/** What came of a call: status and body, whether it was refused or not. */
async function outcome(call) {
  try {
    const { status, data } = await call;
    return { status, data };
  } catch (error) {
    if (!error.response) throw error;
    return { status: error.response.status, data: error.response.data };
  }
}

/** The hidden token, found as the pages of the document find it. */
const hiddenToken = (flow) => flow.ui.nodes.find((node) => node.attributes.name === "csrf_token")?.attributes.value;

/** Run the story that the command line names, and print what it tells. */
function tell(stories) {
  const [, , name, told] = process.argv;
  stories[name](JSON.parse(told)).then(
    (found) => console.log(JSON.stringify(found)),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
}

/** The axios that a package brings along. */
const axiosOf = (name) => require(require.resolve("axios", { paths: [require.resolve(name)] }));

module.exports = { asked, axiosOf, dress, hiddenToken, kept, outcome, tell };
