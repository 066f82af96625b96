import { expect, test } from "bun:test";
import { repositoryOf } from "./repository.ts";

test.each([
  ["git@github.com:acme/shop.git", "github.com/acme/shop"],
  ["github.com:acme/shop", "github.com/acme/shop"],
  ["https://github.com/acme/shop.git", "github.com/acme/shop"],
  ["https://me:ghp_secret@GitHub.com/acme/shop.git/", "github.com/acme/shop"],
  ["https://oauth2:secret@gitlab.example.com:8443/group/sub/shop.git?x=secret#y", "gitlab.example.com/group/sub/shop"],
  ["ssh://git@ssh.dev.azure.com:22/v3/acme/shop/web", "ssh.dev.azure.com/v3/acme/shop/web"],
  ["github.com/acme/shop", "github.com/acme/shop"],
])("%s is %s", (remote, repository) => {
  expect(repositoryOf(remote)).toBe(repository);
});

test.each([
  ...["", "/", "/home/me/shop", "../shop", "file:///home/me/shop.git", "C:\\shop", "C:/shop", "acme/shop"],
  ...["https://", "https:///", "javascript://github.com/acme", "git@:acme/shop", "@:/", ":", "ssh://", "git@host:"],
])("%p is no repository of a host", (remote) => {
  expect(repositoryOf(remote)).toBeUndefined();
});
