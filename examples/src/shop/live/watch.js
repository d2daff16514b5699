"use strict";
const state = document.getElementById("state");
const here = document.getElementById("here");
const socket = new WebSocket(`${location.origin.replace("http", "ws")}/account/watch/socket`);
socket.onmessage = (message) => {
  state.textContent = message.data;
};
socket.onclose = (close) => {
  here.disabled = true;
  state.setAttribute("role", "alert");
  state.textContent = close.code === 1008 ? "Your session has ended. " : "The connection is gone. ";
  const link = document.createElement("a");
  [link.href, link.textContent] = close.code === 1008 ? ["/login", "Log in"] : ["", "Open it again"];
  state.append(link);
};
here.onclick = () => socket.send("here");
