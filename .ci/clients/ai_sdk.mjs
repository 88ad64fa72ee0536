// The AI SDK's `openai()`, which speaks Responses; prints one JSON object of what it got.
// `node ai_sdk.mjs URL TOKEN PLAIN_MODEL SCRIPTED_MODEL`
import { createOpenAI } from "@ai-sdk/openai";
import { Output, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const [baseURL, apiKey, plain, scripted] = process.argv.slice(2);
const openai = createOpenAI({ baseURL, apiKey });
const question = "How far is the moon?";
const fail = ({ error }) => {
  throw error;
};

async function streamed(model, more = {}) {
  const stream = streamText({ model, prompt: question, maxRetries: 0, onError: fail, ...more });
  let text = "";
  for await (const piece of stream.textStream) text += piece;
  return { text, messages: (await stream.response).messages };
}

async function plainly(name) {
  const whole = await generateText({ model: openai(name), prompt: "Hello", maxRetries: 0 });
  const chat = await generateText({ model: openai.chat(name), prompt: "Hello", maxRetries: 0 });
  return [whole.text, chat.text, (await streamed(openai(name))).text];
}

const miles = tool({
  description: "How many miles it is.",
  inputSchema: z.object({}),
  execute: () => 238855,
});
const distance = tool({
  description: "How far it is.",
  inputSchema: z.object({ km: z.number() }),
});
const model = openai(scripted);
// A loop with a tool; then a question after it, which names what was said by its id.
const loop = await streamed(model, { tools: { miles }, stopWhen: stepCountIs(3) });
const { output } = await generateText({
  model,
  messages: [
    { role: "user", content: question },
    ...loop.messages,
    { role: "user", content: "And in km?" },
  ],
  maxRetries: 0,
  output: Output.object({ schema: z.object({ km: z.number() }) }),
});
const named = await generateText({
  model: openai.chat(scripted),
  prompt: question,
  maxRetries: 0,
  toolChoice: { type: "tool", toolName: "distance" },
  tools: { distance },
});
const searched = await generateText({
  model,
  prompt: question,
  maxRetries: 0,
  tools: { web_search: openai.tools.webSearch({}) },
  toolChoice: { type: "tool", toolName: "web_search" },
});
const found = {
  plain: await plainly(plain),
  "plain, scripted": await plainly(scripted),
  scripted: [
    loop.text,
    JSON.stringify(output),
    JSON.stringify(named.toolCalls[0].input),
    ...searched.sources.map((source) => source.url),
  ],
};
console.log(JSON.stringify({ ai_sdk: found }));
