// Fetches connections with livekit-client's own TokenSource.endpoint, as it is on npm.
// node token_source.mjs URL '[{"options": {…}, "headers": {…}, "times": 1}, …]'; prints a JSON array of what came of each.
import { TokenSource } from 'livekit-client';

const [url, asked] = process.argv.slice(2);
const answers = [];
for (const { options, headers = {}, times = 1 } of JSON.parse(asked)) {
  const source = TokenSource.endpoint(url, { headers });
  try {
    const fetched = [];
    for (let i = 0; i < times; i++) fetched.push(await source.fetch(options));
    answers.push({ fetched });
  } catch (error) {
    answers.push({ error: error.message });
  }
}
console.log(JSON.stringify(answers));
